// Sets up the HTTP library for the whole process.
#pragma once

namespace monsoon {

// Once, in main, before any other thread exists.
void InitialiseHttp();

}  // namespace monsoon
