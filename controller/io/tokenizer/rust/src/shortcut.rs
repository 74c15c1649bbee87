//! Shortcut: encodes as the library does, several times faster, for the most common kind of
//! tokenizer: byte-level BPE whose text is only cut by regular expressions (GPT-2, Llama 3, Qwen,
//! DeepSeek and their likes).
//!
//! The library keeps for each byte of the text where it came from. Without these offsets, what is
//! left is: find the added tokens, cut the rest with the same regular expressions, and ask the same
//! model for each piece. Pieces repeat, so the answers are kept. Text that NFC would change goes the
//! library's way, and so does every other kind of tokenizer. Vocabulary::check compares the two when
//! a tokenizer is opened, tests/controller/tokenizer does it at length.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::LazyLock;

use ahash::AHashMap;
use aho_corasick::{AhoCorasick, BuildError, MatchKind};
use tokenizers::pre_tokenizers::split::SplitPattern;
use tokenizers::utils::SysRegex;
use tokenizers::{
    Model, ModelWrapper, NormalizedString, Normalizer, NormalizerWrapper, PreTokenizerWrapper,
    SplitDelimiterBehavior, Tokenizer,
};
use unicode_normalization::{is_nfc_quick, IsNormalized};

/// How ByteLevel cuts, unless told not to: the library keeps this pattern to itself.
/// https://github.com/openai/gpt-2, src/encoder.py
const GPT2_PATTERN: &str =
    r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

pub struct Shortcut {
    owner: u64, // of entries in CACHES
    nfc: bool,
    raw_tokens: Option<AddedTokens>, // found in the text as it is
    normalized_tokens: Option<AddedTokens>, // found in what is left, after NFC
    cuts: Vec<Cut>,                  // each cuts what the one before it left
}

impl Shortcut {
    /// None where the tokenizer is of another kind.
    pub fn of(tokenizer: &Tokenizer) -> Option<Self> {
        let normalizer = tokenizer.get_normalizer();
        if !matches!(normalizer, None | Some(NormalizerWrapper::NFC(_))) {
            return None;
        }
        let mut cuts = vec![];
        if !read_cuts(tokenizer.get_pre_tokenizer()?, &mut cuts)? {
            return None; // not byte-level
        }
        let (mut raw, mut normalized) = (vec![], vec![]);
        for (id, token) in tokenizer.get_added_tokens_decoder() {
            if token.single_word || token.lstrip || token.rstrip {
                return None;
            }
            if token.normalized {
                let mut content = NormalizedString::from(token.content.as_str());
                if let Some(normalizer) = normalizer {
                    normalizer.normalize(&mut content).ok()?;
                }
                normalized.push((content.get().to_owned(), id));
            } else {
                raw.push((token.content, id));
            }
        }
        static OWNERS: AtomicU64 = AtomicU64::new(0);
        Some(Shortcut {
            owner: OWNERS.fetch_add(1, Ordering::Relaxed),
            nfc: normalizer.is_some(),
            raw_tokens: AddedTokens::of(raw).ok()?,
            normalized_tokens: AddedTokens::of(normalized).ok()?,
            cuts,
        })
    }

    /// Hands the tokens of `text` to `out`, some at a time. False: this text goes the library's way,
    /// and `out` has seen nothing.
    pub fn walk<Out: FnMut(&[u32])>(
        &self,
        model: &ModelWrapper,
        text: &str,
        out: Out,
    ) -> Result<bool, String> {
        if self.nfc && !text.is_ascii() && is_nfc_quick(text.chars()) != IsNormalized::Yes {
            return Ok(false);
        }
        with_cache(self.owner, |cache| Walk { shortcut: self, model, cache, out }.raw(text))?;
        Ok(true)
    }
}

/// Sets `cuts`. Some(true) once the text has become bytes, after which nothing may cut again.
fn read_cuts(pre_tokenizer: &PreTokenizerWrapper, cuts: &mut Vec<Cut>) -> Option<bool> {
    match pre_tokenizer {
        PreTokenizerWrapper::ByteLevel(level) if !level.add_prefix_space => {
            if level.use_regex {
                cuts.push(Cut { pattern: SysRegex::new(GPT2_PATTERN).ok()?, keeps_rest: true });
            }
            Some(true)
        }
        PreTokenizerWrapper::Split(split) => {
            let SplitPattern::Regex(pattern) = &split.pattern else {
                return None;
            };
            let keeps_rest = match (split.behavior, split.invert) {
                (SplitDelimiterBehavior::Isolated, _) => true,
                (SplitDelimiterBehavior::Removed, true) => false,
                _ => return None,
            };
            cuts.push(Cut { pattern: SysRegex::new(pattern).ok()?, keeps_rest });
            Some(false)
        }
        PreTokenizerWrapper::Sequence(sequence) => {
            let mut is_bytes = false;
            for part in sequence.as_ref() {
                if is_bytes {
                    return None;
                }
                is_bytes = read_cuts(part, cuts)?;
            }
            Some(is_bytes)
        }
        _ => None,
    }
}

/// Each match is a piece, and so is what lies between matches, or that is dropped.
struct Cut {
    pattern: SysRegex,
    keeps_rest: bool,
}

/// Tokens that are found in the text before anything else: the longest of the leftmost.
struct AddedTokens {
    contents: AhoCorasick,
    ids: Vec<u32>,
}

impl AddedTokens {
    fn of(tokens: Vec<(String, u32)>) -> Result<Option<Self>, BuildError> {
        if tokens.is_empty() {
            return Ok(None);
        }
        let contents = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(tokens.iter().map(|(content, _)| content))?;
        Ok(Some(AddedTokens { contents, ids: tokens.into_iter().map(|(_, id)| id).collect() }))
    }
}

struct Walk<'a, Out: FnMut(&[u32])> {
    shortcut: &'a Shortcut,
    model: &'a ModelWrapper,
    cache: &'a mut Cache,
    out: Out,
}

impl<Out: FnMut(&[u32])> Walk<'_, Out> {
    fn raw(&mut self, text: &str) -> Result<(), String> {
        let shortcut = self.shortcut;
        self.around(&shortcut.raw_tokens, text, Self::normalized)
    }

    fn normalized(&mut self, text: &str) -> Result<(), String> {
        let shortcut = self.shortcut;
        self.around(&shortcut.normalized_tokens, text, |walk, rest| walk.cut(0, rest))
    }

    /// Added tokens go out, what lies around them goes to `rest`.
    fn around(
        &mut self,
        tokens: &Option<AddedTokens>,
        text: &str,
        rest: impl Fn(&mut Self, &str) -> Result<(), String>,
    ) -> Result<(), String> {
        let mut begin = 0;
        if let Some(tokens) = tokens {
            for found in tokens.contents.find_iter(text) {
                if begin < found.start() {
                    rest(self, &text[begin..found.start()])?;
                }
                (self.out)(&[tokens.ids[found.pattern().as_usize()]]);
                begin = found.end();
            }
        }
        if begin < text.len() {
            rest(self, &text[begin..])?;
        }
        Ok(())
    }

    /// `text` cut by the cuts from number `first` on. Matches may be empty; pieces are not.
    fn cut(&mut self, first: usize, text: &str) -> Result<(), String> {
        let shortcut = self.shortcut;
        let Some(cut) = shortcut.cuts.get(first) else {
            return self.piece(text);
        };
        let mut end = 0;
        for (match_begin, match_end) in cut.pattern.find_iter(text) {
            if end < match_begin && cut.keeps_rest {
                self.cut(first + 1, &text[end..match_begin])?;
            }
            if match_begin < match_end {
                self.cut(first + 1, &text[match_begin..match_end])?;
            }
            end = match_end;
        }
        if end < text.len() && cut.keeps_rest {
            self.cut(first + 1, &text[end..])?;
        }
        Ok(())
    }

    fn piece(&mut self, piece: &str) -> Result<(), String> {
        if let Some(ids) = self.cache.find(piece) {
            (self.out)(ids);
            return Ok(());
        }
        let tokens =
            self.model.tokenize(&as_byte_level(piece)).map_err(|error| error.to_string())?;
        let ids: Vec<u32> = tokens.iter().map(|token| token.id).collect();
        self.cache.add(piece, &ids);
        (self.out)(&ids);
        Ok(())
    }
}

/// A character for each byte, as byte-level vocabularies are written: itself where it is visible
/// Latin-1, else one from U+0100 on.
fn as_byte_level(piece: &str) -> String {
    static CHARS: LazyLock<[char; 256]> = LazyLock::new(|| {
        let mut hidden = 0x100..;
        std::array::from_fn(|byte| {
            let shown = matches!(byte, 0x21..=0x7e | 0xa1..=0xac | 0xae..=0xff);
            let code = if shown { byte as u32 } else { hidden.next().unwrap_or(0) };
            char::from_u32(code).unwrap_or_default()
        })
    });
    piece.bytes().map(|byte| CHARS[usize::from(byte)]).collect()
}

/// What the model said of pieces. All of it is forgotten when it is full.
#[derive(Default)]
struct Cache {
    owner: u64,
    places: AHashMap<Box<str>, (u32, u32)>, // begin and end in `ids`
    ids: Vec<u32>,
}

/// At most 64 Ki pieces of at most 64 bytes: some MiB for each thread and tokenizer.
const MAX_PIECES: usize = 1 << 16;
const MAX_PIECE_BYTES: usize = 64;
const CACHES_PER_THREAD: usize = 4;

thread_local! {
    /// Of the thread's last few tokenizers, the latest first. One that is no longer there keeps its
    /// place until another one needs it, or the thread ends.
    static CACHES: RefCell<Vec<Cache>> = const { RefCell::new(Vec::new()) };
}

impl Cache {
    fn find(&self, piece: &str) -> Option<&[u32]> {
        let (begin, end) = *self.places.get(piece)?;
        Some(&self.ids[begin as usize..end as usize])
    }

    fn add(&mut self, piece: &str, ids: &[u32]) {
        if piece.len() > MAX_PIECE_BYTES {
            return;
        }
        if self.places.len() == MAX_PIECES {
            self.places.clear();
            self.ids.clear();
        }
        let begin = self.ids.len() as u32;
        self.ids.extend_from_slice(ids);
        self.places.insert(piece.into(), (begin, self.ids.len() as u32));
    }
}

fn with_cache<T>(owner: u64, work: impl FnOnce(&mut Cache) -> T) -> T {
    CACHES.with_borrow_mut(|caches| {
        match caches.iter().position(|cache| cache.owner == owner) {
            Some(place) => caches[..=place].rotate_right(1),
            None => {
                caches.truncate(CACHES_PER_THREAD - 1);
                caches.insert(0, Cache { owner, ..Cache::default() });
            }
        }
        work(&mut caches[0])
    })
}
