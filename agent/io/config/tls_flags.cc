#include "agent/io/config/tls_flags.h"

#include <CLI/CLI.hpp>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

absl::Status Contradiction(std::string_view sentence) {
  return absl::InvalidArgumentError(ToAbsl(sentence));
}

}  // namespace

void AddTlsFlags(CLI::App& app, TlsFlags& flags) {
  app.add_option("--tls-cert", flags.files.cert,
                 "This agent's certificate (PEM), with those between it and its authority; taken "
                 "anew, without a restart, when the file is replaced");
  app.add_option("--tls-key", flags.files.key, "The private key of --tls-cert");
  app.add_option("--tls-ca", flags.files.ca,
                 "The authority (PEM) that vouches for controllers: with it they must show a "
                 "certificate");
  app.add_option("--allow-controller", flags.allow_controllers,
                 "A controller that this agent obeys: a DNS name (or *.DOMAIN), URI or address in "
                 "its certificate's subject alternative names; repeatable")
      ->take_all();
  app.add_flag(
      "--insecure-listen", flags.insecure_listen,
      "Allow plain text on an address other than loopback (anybody who reaches it can make "
      "this agent send load)");
}

absl::Status CheckTlsFlags(const ListenAddress& address, const TlsFlags& flags) {
  const TlsFiles& files = flags.files;
  if (files.any() && !files.all()) {
    return Contradiction(
        "mutual TLS takes all of --tls-cert, --tls-key and --tls-ca; ./dev certs makes them for a "
        "test");
  }
  if (files.any() && address.is_unix()) {
    return Contradiction(
        "a Unix socket is guarded by its file's mode and speaks plain text; take --tls-cert, "
        "--tls-key and --tls-ca away, or listen on HOST:PORT");
  }
  if (files.any() && flags.allow_controllers.empty()) {
    return Contradiction(
        "with TLS this agent obeys only controllers that it lists, and it lists none: give "
        "--allow-controller NAME, a name in the controller's certificate");
  }
  if (!files.any() && !flags.allow_controllers.empty()) {
    return Contradiction(
        "--allow-controller names whom to obey by the controller's certificate, so it takes "
        "--tls-cert, --tls-key and --tls-ca as well");
  }
  if (files.any() || flags.insecure_listen || address.is_local()) return absl::OkStatus();
  return absl::PermissionDeniedError(
      StrCat("refusing to listen on ", address.ToGrpc(),
             " in plain text: anybody who reaches it could make this agent send load. Give "
             "--tls-cert, --tls-key, --tls-ca and --allow-controller (./dev certs makes the files "
             "for a test), or listen on 127.0.0.1 and reach it through a tunnel (ssh -L), or give "
             "--insecure-listen if the network is closed to everybody else"));
}

std::string PlainTextWarning(const ListenAddress& address, const TlsFlags& flags) {
  if (flags.files.any() || address.is_local()) return "";
  return StrCat("WARNING: plain text on ", address.ToGrpc(),
                " (--insecure-listen): anybody who reaches this port can make this agent send load "
                "to every target that it allows, and can read along");
}

}  // namespace monsoon
