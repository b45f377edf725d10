/** Characters of a player tag, counted as people count them in most scripts: by code point. */
export const PLAYER_TAG_LENGTH_MAX = 24;

/** For people, as the end of a sentence. */
export const PLAYER_TAG_RULE = `1 to ${PLAYER_TAG_LENGTH_MAX} characters, no control characters.`;

/**
 * What could break a list of names or disguise one: control characters, line and paragraph
 * separators, halves of surrogate pairs, and the marks that turn the direction of the text after
 * them; and the character that stands for bytes that were none. Joiners stay, as Persian, the scripts of India and many emoji are written with them.
 */
const REFUSED = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffd]/u;
/** A name of nothing but blanks and invisible characters is none. */
const VISIBLE = /(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{N}\p{P}\p{S}]/u;

/**
 * The tag as it is stored and shown: composed (NFC), without blanks around it. null when it is no
 * tag: empty, longer than 24 characters, or with a character that names do not have.
 */
export function normalisePlayerTag(text: string): string | null {
	// A tag that is far too long is not worth composing.
	if (text.length > 16 * PLAYER_TAG_LENGTH_MAX) return null;
	const tag = text.normalize("NFC").trim();
	if (REFUSED.test(tag) || !VISIBLE.test(tag)) return null;
	return Array.from(tag).length <= PLAYER_TAG_LENGTH_MAX ? tag : null;
}
