import { once } from "node:events";
import { createWriteStream, existsSync, renameSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Readable, Writable } from "node:stream";
import { SavepointError } from "../errors.js";
import { EXPORT_LINE_MAX } from "../limits.js";
import type { StorageConfig } from "../storage/config.js";
import { syncDirectory, syncFile } from "../storage/durable-files.js";
import { errnoOf, translateFileError } from "../storage/file-errors.js";
import type { ExportTrailer } from "../storage/move/export-format.js";
import { exportLines } from "../storage/move/export-lines.js";
import { type Imported, importLines } from "../storage/move/import-lines.js";
import type { TellMove } from "../storage/move/ports.js";
import { demandEmpty, standingOf } from "../storage/move/standing.js";
import { engineOf } from "../storage/open.js";

export interface ExportOrder {
	readonly storage: StorageConfig;
	/** A new file, or a stream that somebody reads. */
	readonly to: string | Writable;
	readonly signal: AbortSignal;
	readonly tell: TellMove;
}

/**
 * Writes everything as it is at one moment, beside a running server or without one. A file has its
 * name only when it is whole and synced. Rejects by code; half a file is removed.
 */
export async function exportStorage({
	storage,
	to,
	signal,
	tell,
}: ExportOrder): Promise<ExportTrailer> {
	const place = await engineOf(storage).lookAt();
	if (place === null) throw new SavepointError("STORAGE_MISSING");
	try {
		if ((await standingOf(place)) === null) throw new SavepointError("STORAGE_MISSING");
		await place.freeze();
		const lines = exportLines(place, new Date(), tell);
		return typeof to === "string"
			? await writeFile(resolve(to), lines, signal)
			: await writeLines(to, lines, signal);
	} finally {
		await place.close();
	}
}

async function writeFile(
	path: string,
	lines: AsyncGenerator<string, ExportTrailer>,
	signal: AbortSignal,
): Promise<ExportTrailer> {
	if (existsSync(path))
		throw new SavepointError("USAGE", `${path} is there already; name a new file.`);
	const part = `${path}.part`;
	try {
		const stream = createWriteStream(part);
		const trailer = await writeLines(stream, lines, signal);
		stream.end();
		await once(stream, "close");
		syncFile(part);
		renameSync(part, path);
		syncDirectory(dirname(path));
		return trailer;
	} catch (error) {
		rmSync(part, { force: true });
		throw error instanceof SavepointError ? error : translateFileError(error, path);
	}
}

async function writeLines(
	stream: Writable,
	lines: AsyncGenerator<string, ExportTrailer>,
	signal: AbortSignal,
): Promise<ExportTrailer> {
	let failure: Error | null = null;
	stream.once("error", (error) => {
		failure = error;
	});
	for (;;) {
		const { done, value } = await lines.next();
		if (failure !== null) throw failure;
		if (done === true) return value;
		if (signal.aborted) throw interrupted();
		if (!stream.write(value)) await drained(stream);
	}
}

/** A stream that is closed takes no more either: its error is told at the next line. */
function drained(stream: Writable): Promise<void> {
	return new Promise((resolve) => {
		const go = (): void => {
			stream.off("drain", go).off("close", go);
			resolve();
		};
		stream.once("drain", go).once("close", go);
	});
}

export interface ImportOrder {
	readonly storage: StorageConfig;
	readonly from: string | Readable;
	readonly signal: AbortSignal;
	readonly tell: TellMove;
}

/** See `importLines`. Rejects with MOVE_REFUSED where the target has data of its own. */
export async function importStorage({
	storage,
	from,
	signal,
	tell,
}: ImportOrder): Promise<Imported> {
	const input = typeof from === "string" ? await openInput(resolve(from)) : from;
	const found = await engineOf(storage).lookAt();
	try {
		if (found !== null) await demandEmpty(found);
	} finally {
		await found?.close();
	}
	const target = await engineOf(storage).openTarget();
	try {
		return await importLines(target, linesOf(input), { signal, tell });
	} catch (error) {
		throw signal.aborted ? interrupted() : error;
	} finally {
		await target.close();
		input.destroy();
	}
}

async function openInput(path: string): Promise<Readable> {
	try {
		return (await open(path)).createReadStream();
	} catch (error) {
		if (errnoOf(error) === "ENOENT") throw new SavepointError("USAGE", `There is no file ${path}.`);
		throw translateFileError(error, path);
	}
}

/** Whole lines without their ends. What is left without an end at last is a line, too. */
async function* linesOf(input: Readable): AsyncGenerator<string> {
	let rest = "";
	for await (const chunk of input.setEncoding("utf8")) {
		const lines = (rest + String(chunk)).split("\n");
		rest = lines.pop() ?? "";
		yield* lines;
		if (rest.length > EXPORT_LINE_MAX)
			throw new SavepointError(
				"IMPORT_INVALID",
				"The file is not a whole export: a line is too long.",
			);
	}
	if (rest !== "") yield rest;
}

const interrupted = (): SavepointError =>
	new SavepointError("INTERRUPTED", "Interrupted; nothing of it was kept. Begin again.");
