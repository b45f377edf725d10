/**
 * What could break a list of texts or disguise one: control characters, line and paragraph
 * separators, halves of surrogate pairs, the marks that turn the direction of the text after them,
 * and the character that stands for bytes that were none. Joiners stay, as Persian, the scripts of
 * India and many emoji are written with them.
 */
export const MISLEADING_CHARACTER =
	/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffd]/u;
/** A text of nothing but blanks and invisible characters shows nothing. */
export const VISIBLE_CHARACTER = /(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{N}\p{P}\p{S}]/u;
