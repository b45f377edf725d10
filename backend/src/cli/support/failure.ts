import { SavepointError } from "../../errors.js";
import { printError, printJson } from "./output.js";

/** A failure without an exit code of its own, by the convention of sysexits. */
const EXIT_SOFTWARE = 70;

/**
 * One sentence and its code on standard error, or `{error, code}` on standard output, and the
 * catalogue's exit code. What is no SavepointError is a mistake of the program: it is shown with
 * its stack.
 */
export function tellFailure(error: unknown, asJson: boolean): void {
	const known = error instanceof SavepointError ? error : null;
	const { code, message, entry } =
		known ?? new SavepointError("INTERNAL", "The program made a mistake.", { cause: error });
	process.exitCode = entry.exitCode ?? EXIT_SOFTWARE;
	if (asJson) printJson({ error: message, code });
	else printError(`savepoint: ${message} (${code})`);
	if (known === null) printError(error instanceof Error ? (error.stack ?? "") : String(error));
}

/** Wraps the action of a verb, so that every verb fails in the same words. */
export function reporting<Flags extends { readonly json?: true }>(
	act: (flags: Flags) => Promise<void> | void,
): (flags: Flags) => Promise<void> {
	return async (flags) => {
		try {
			await act(flags);
		} catch (error) {
			tellFailure(error, flags.json === true);
		}
	};
}
