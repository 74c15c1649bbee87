//! The C ABI: monsoon_tokenizer.h says what each function does. Here lies all that is unsafe; no
//! panic leaves a function, and what is returned is released by the functions of this file only.

mod shortcut;
mod vocabulary;

use std::ffi::{c_char, CString};
use std::panic::{catch_unwind, set_hook, AssertUnwindSafe};
use std::sync::Once;

use vocabulary::Vocabulary;

/// What a `MonsoonTokenizer*` of the header points to.
pub struct MonsoonTokenizer(Vocabulary);

/// Runs `work`; a panic becomes an error with its message.
fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(text.unwrap_or("it panicked").to_owned())
    })
}

/// # Safety
/// `data` points to `size` values that stay as they are for 'a, or `size` is 0.
unsafe fn slice<'a, T>(data: *const T, size: usize) -> &'a [T] {
    if size == 0 {
        &[]
    } else {
        std::slice::from_raw_parts(data, size)
    }
}

/// Copies as much as fits, and says how much there was.
///
/// # Safety
/// `to` has room for `capacity` values, or `capacity` is 0.
unsafe fn copy_out<T: Copy>(from: &[T], to: *mut T, capacity: usize) -> i64 {
    let copied = from.len().min(capacity);
    if copied > 0 {
        std::ptr::copy_nonoverlapping(from.as_ptr(), to, copied);
    }
    from.len() as i64
}

/// # Safety
/// As in the header.
#[no_mangle]
pub unsafe extern "C" fn monsoon_tokenizer_open(
    json: *const u8,
    size: usize,
    error: *mut *mut c_char,
) -> *mut MonsoonTokenizer {
    // Panics are reported as errors; nothing is written to the terminal of the program around us.
    static SILENT: Once = Once::new();
    SILENT.call_once(|| set_hook(Box::new(|_| {})));
    match guarded(|| Vocabulary::open(slice(json, size))) {
        Ok(vocabulary) => Box::into_raw(Box::new(MonsoonTokenizer(vocabulary))),
        Err(message) => {
            let message = message.replace('\0', " ");
            *error = CString::new(message).unwrap_or_default().into_raw();
            std::ptr::null_mut()
        }
    }
}

/// # Safety
/// As in the header.
#[no_mangle]
pub unsafe extern "C" fn monsoon_tokenizer_free(tokenizer: *mut MonsoonTokenizer) {
    if !tokenizer.is_null() {
        drop(Box::from_raw(tokenizer));
    }
}

/// # Safety
/// As in the header.
#[no_mangle]
pub unsafe extern "C" fn monsoon_tokenizer_free_error(error: *mut c_char) {
    if !error.is_null() {
        drop(CString::from_raw(error));
    }
}

/// # Safety
/// As in the header.
#[no_mangle]
pub unsafe extern "C" fn monsoon_tokenizer_count(
    tokenizer: *const MonsoonTokenizer,
    text: *const u8,
    size: usize,
) -> i64 {
    let text = String::from_utf8_lossy(slice(text, size));
    guarded(|| (*tokenizer).0.count(&text)).map_or(-1, |count| count as i64)
}

/// # Safety
/// As in the header.
#[no_mangle]
pub unsafe extern "C" fn monsoon_tokenizer_encode(
    tokenizer: *const MonsoonTokenizer,
    text: *const u8,
    size: usize,
    ids: *mut u32,
    capacity: usize,
) -> i64 {
    let text = String::from_utf8_lossy(slice(text, size));
    guarded(|| (*tokenizer).0.encode(&text)).map_or(-1, |found| copy_out(&found, ids, capacity))
}

/// # Safety
/// As in the header.
#[no_mangle]
pub unsafe extern "C" fn monsoon_tokenizer_encode_plainly(
    tokenizer: *const MonsoonTokenizer,
    text: *const u8,
    size: usize,
    ids: *mut u32,
    capacity: usize,
) -> i64 {
    let text = String::from_utf8_lossy(slice(text, size));
    guarded(|| (*tokenizer).0.encode_plainly(&text))
        .map_or(-1, |found| copy_out(&found, ids, capacity))
}

/// # Safety
/// As in the header.
#[no_mangle]
pub unsafe extern "C" fn monsoon_tokenizer_decode(
    tokenizer: *const MonsoonTokenizer,
    ids: *const u32,
    count: usize,
    text: *mut u8,
    capacity: usize,
) -> i64 {
    let ids = slice(ids, count);
    guarded(|| (*tokenizer).0.decode(ids))
        .map_or(-1, |found| copy_out(found.as_bytes(), text, capacity))
}

/// # Safety
/// As in the header.
#[no_mangle]
pub unsafe extern "C" fn monsoon_tokenizer_vocabulary_size(
    tokenizer: *const MonsoonTokenizer,
) -> u32 {
    (*tokenizer).0.size()
}

/// # Safety
/// As in the header.
#[no_mangle]
pub unsafe extern "C" fn monsoon_tokenizer_is_special(
    tokenizer: *const MonsoonTokenizer,
    id: u32,
) -> bool {
    (*tokenizer).0.is_special(id)
}

/// # Safety
/// As in the header.
#[no_mangle]
pub unsafe extern "C" fn monsoon_tokenizer_has_shortcut(
    tokenizer: *const MonsoonTokenizer,
) -> bool {
    (*tokenizer).0.has_shortcut()
}
