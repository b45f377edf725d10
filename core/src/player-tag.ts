import { MISLEADING_CHARACTER, VISIBLE_CHARACTER } from "./shown-text.js";

/** Characters of a player tag, counted as people count them in most scripts: by code point. */
export const PLAYER_TAG_LENGTH_MAX = 24;

/** For people, as the end of a sentence. */
export const PLAYER_TAG_RULE = `1 to ${PLAYER_TAG_LENGTH_MAX} characters, no control characters.`;

/**
 * The tag as it is stored and shown: composed (NFC), without blanks around it. null when it is no
 * tag: empty, longer than 24 characters, or with a character that names do not have.
 */
export function normalisePlayerTag(text: string): string | null {
	// A tag that is far too long is not worth composing.
	if (text.length > 16 * PLAYER_TAG_LENGTH_MAX) return null;
	const tag = text.normalize("NFC").trim();
	if (MISLEADING_CHARACTER.test(tag) || !VISIBLE_CHARACTER.test(tag)) return null;
	return Array.from(tag).length <= PLAYER_TAG_LENGTH_MAX ? tag : null;
}
