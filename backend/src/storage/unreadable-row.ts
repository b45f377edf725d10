/**
 * What is stored does not read back as what this version writes; one session's trouble, never more.
 */
export class UnreadableRow extends Error {
	override readonly name = "UnreadableRow";
}
