//! One opened tokenizer.json: text <-> tokens, with nothing put around a text.

use ahash::AHashSet;
use tokenizers::{ModelWrapper, Tokenizer};

use crate::shortcut::Shortcut;

pub struct Vocabulary {
    tokenizer: Tokenizer,
    size: u32,
    special: AHashSet<u32>,
    shortcut: Option<Shortcut>,
}

impl Vocabulary {
    pub fn open(json: &[u8]) -> Result<Self, String> {
        let mut tokenizer = Tokenizer::from_bytes(json).map_err(|error| error.to_string())?;
        settle(&mut tokenizer)?;
        let size = tokenizer.get_vocab(true).values().max().map_or(0, |id| id + 1);
        let added = tokenizer.get_added_tokens_decoder();
        let special = added.iter().filter(|(_, token)| token.special).map(|(id, _)| *id).collect();
        let shortcut = Shortcut::of(&tokenizer);
        let mut vocabulary = Vocabulary { tokenizer, size, special, shortcut };
        vocabulary.check()?;
        Ok(vocabulary)
    }

    pub fn count(&self, text: &str) -> Result<usize, String> {
        if let Some(shortcut) = &self.shortcut {
            let mut count = 0;
            if shortcut.walk(self.tokenizer.get_model(), text, |ids| count += ids.len())? {
                return Ok(count);
            }
        }
        let encoding = self.tokenizer.encode_fast(text, false);
        encoding.map(|found| found.len()).map_err(|error| error.to_string())
    }

    pub fn encode(&self, text: &str) -> Result<Vec<u32>, String> {
        if let Some(shortcut) = &self.shortcut {
            let mut all = Vec::with_capacity(text.len() / 3 + 1);
            if shortcut.walk(self.tokenizer.get_model(), text, |ids| all.extend_from_slice(ids))? {
                return Ok(all);
            }
        }
        self.encode_plainly(text)
    }

    /// What `encode` gives, always the library's own way.
    pub fn encode_plainly(&self, text: &str) -> Result<Vec<u32>, String> {
        let encoding = self.tokenizer.encode_fast(text, false);
        encoding.map(|found| found.get_ids().to_vec()).map_err(|error| error.to_string())
    }

    pub fn decode(&self, ids: &[u32]) -> Result<String, String> {
        self.tokenizer.decode(ids, false).map_err(|error| error.to_string())
    }

    pub fn size(&self) -> u32 {
        self.size
    }

    pub fn is_special(&self, id: u32) -> bool {
        self.special.contains(&id)
    }

    pub fn has_shortcut(&self) -> bool {
        self.shortcut.is_some()
    }

    /// Fails for a vocabulary that lacks words for some texts and has no unknown token to stand for
    /// them; drops a shortcut that would not give what the library gives.
    fn check(&mut self) -> Result<(), String> {
        const TEXTS: [&str; 8] = [
            "",
            "Hello world, it's 12345 o'clock!\n\n  def f(x):\n\treturn  x \t\r\n ",
            " leading and trailing \u{a0}\u{3000} ",
            "\u{4eca}\u{5929}\u{5929}\u{6c14}\u{5f88}\u{597d}\u{ff0c}1999\u{5e74}\u{3002}\u{3053}\u{3093}",
            "na\u{ef}ve cafe\u{301} \u{1f642}\u{1f3fd}\u{200d}\u{fe0f} \u{416}\u{417}",
            "\u{0}\u{1}\u{7f}\u{85}\u{fffd}\u{10ffff}\u{e000}",
            "'S 'rE WE'LL x\u{2019}s ___ --- ((( 1,000.5%",
            "\u{939}\u{93f}\u{928}\u{94d}\u{926}\u{940} \u{e44}\u{e17}\u{e22} \u{5e9}\u{5b8}\u{5dc}",
        ];
        let mut texts: Vec<String> = TEXTS.iter().map(|text| text.to_string()).collect();
        let mut added: Vec<_> = self.tokenizer.get_added_tokens_decoder().into_iter().collect();
        added.sort_by_key(|(id, _)| *id);
        for (_, token) in added.iter().take(100) {
            texts.push(format!("a {} b{}{}", token.content, token.content, token.content));
        }
        for text in &texts {
            let plain = self.encode_plainly(text).map_err(|error| {
                format!("it has no token for some texts, and no unknown token either ({error})")
            })?;
            if self.shortcut.is_some() && self.encode(text)? != plain {
                self.shortcut = None;
            }
        }
        Ok(())
    }
}

/// Switches off what a file may ask for but a count must not have: cutting, padding, chance.
fn settle(tokenizer: &mut Tokenizer) -> Result<(), String> {
    tokenizer.with_truncation(None).map_err(|error| error.to_string())?;
    tokenizer.with_padding(None);
    let steady = match tokenizer.get_model() {
        ModelWrapper::BPE(model) if model.dropout.is_some() => {
            let mut steady = model.clone();
            steady.dropout = None;
            Some(steady)
        }
        _ => None,
    };
    if let Some(steady) = steady {
        tokenizer.with_model(steady);
    }
    Ok(())
}
