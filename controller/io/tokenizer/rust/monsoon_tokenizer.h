// The C ABI of the Rust library in this folder (src/lib.rs); hf_tokenizer.cc includes it.
//
// Texts are UTF-8 with their size in bytes, not NUL-terminated; ill-formed sequences are read as
// U+FFFD. A pointer may be null where its size is 0. Nothing of what is passed in is kept. Any
// number of threads may call these functions at once, but for _free. No function throws, aborts or
// prints.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct MonsoonTokenizer MonsoonTokenizer;

// `json` is the content of a tokenizer.json. Null: *error says why not, to be released with
// monsoon_tokenizer_free_error; else *error is untouched.
MonsoonTokenizer* monsoon_tokenizer_open(const uint8_t* json, size_t size, char** error);
void monsoon_tokenizer_free_error(char* error);
void monsoon_tokenizer_free(MonsoonTokenizer* tokenizer);

// How many tokens the text has; -1 when the library failed.
int64_t monsoon_tokenizer_count(const MonsoonTokenizer* tokenizer, const uint8_t* text,
                                size_t size);

// The same number; as many ids as there is room for are written.
int64_t monsoon_tokenizer_encode(const MonsoonTokenizer* tokenizer, const uint8_t* text,
                                 size_t size, uint32_t* ids, size_t capacity);

// As above, but never by src/shortcut.rs: for tests of that.
int64_t monsoon_tokenizer_encode_plainly(const MonsoonTokenizer* tokenizer, const uint8_t* text,
                                         size_t size, uint32_t* ids, size_t capacity);
bool monsoon_tokenizer_has_shortcut(const MonsoonTokenizer* tokenizer);

// The size of the text in bytes, of which as many are written as there is room for; -1 when the
// library failed. Ids that no token has are left out.
int64_t monsoon_tokenizer_decode(const MonsoonTokenizer* tokenizer, const uint32_t* ids,
                                 size_t count, uint8_t* text, size_t capacity);

// One above the largest id.
uint32_t monsoon_tokenizer_vocabulary_size(const MonsoonTokenizer* tokenizer);
bool monsoon_tokenizer_is_special(const MonsoonTokenizer* tokenizer, uint32_t id);

#ifdef __cplusplus
}
#endif
