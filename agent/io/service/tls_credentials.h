// What a gRPC server needs for mutual TLS with a TlsStore behind it.
#pragma once

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "agent/io/service/tls_store.h"

namespace monsoon {

// Every connection is made with the store's newest version, and only with a peer whose certificate
// the store's authority vouches for. The credentials keep the store alive, and must outlive the
// server: it does not own them, and asks them at every handshake.
std::shared_ptr<grpc::ServerCredentials> TlsServerCredentials(std::shared_ptr<TlsStore> store);

}  // namespace monsoon
