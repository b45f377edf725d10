import { createHash, randomUUID } from "node:crypto";
import { MOVE_PAGE_BYTES } from "../../limits.js";
import type { SqlRow, SqlValue } from "../driver.js";
import {
	cellValue,
	columnsOf,
	EXPORT_FORMAT,
	EXPORT_VERSION,
	type ExportHeader,
	type ExportTrailer,
	invalid,
	rowOf,
} from "./export-format.js";
import { contentSha256 } from "./export-lines.js";
import type { MoveTarget, TellMove } from "./ports.js";
import { beginTarget, COPIED, emptyTarget, endTarget, writeService } from "./service-marks.js";
import { IMPORT_MARK } from "./standing.js";
import { allOf, type MovedTables, movedTables } from "./tables.js";

export interface Imported {
	readonly sessions: number;
	readonly moves: number;
	/** One more than the export's: what was answered after it is not in it. */
	readonly generation: number;
}

/**
 * Fills an empty storage from the lines of an export, and reads it once more: its content must hash
 * to what the file says. Rejects with IMPORT_INVALID for a file that is cut, changed or of another
 * version, and leaves the target empty then. A kill leaves a target that no server opens, and that
 * the next import begins anew.
 */
export async function importLines(
	target: MoveTarget,
	lines: AsyncIterable<string>,
	{ signal, tell }: { readonly signal: AbortSignal; readonly tell: TellMove },
): Promise<Imported> {
	const tables = await movedTables(target);
	try {
		return await new Import(target, tables, tell).run(lines, signal);
	} catch (error) {
		await emptyTarget(target, tables);
		throw error;
	}
}

class Import {
	readonly #target: MoveTarget;
	readonly #tables: MovedTables;
	readonly #tell: TellMove;
	readonly #columns: ExportHeader["columns"];
	readonly #all = createHash("sha256");
	readonly #content = createHash("sha256");
	#lines = 0;
	#sessions = 0;
	#header: ExportHeader | null = null;
	#trailer: ExportTrailer | null = null;
	#service: Readonly<Record<string, SqlValue>> | null = null;
	#counters: readonly SqlValue[] | null = null;
	/** Rows that are not written yet, by table. */
	#waiting = new Map<string, SqlRow[]>();
	#waitingBytes = 0;

	constructor(target: MoveTarget, tables: MovedTables, tell: TellMove) {
		this.#target = target;
		this.#tables = tables;
		this.#tell = tell;
		this.#columns = columnsOf(allOf(tables));
	}

	async run(lines: AsyncIterable<string>, signal: AbortSignal): Promise<Imported> {
		// 1. Every line, in batches.
		for await (const line of lines) {
			signal.throwIfAborted();
			await this.#take(line);
		}
		await this.#flush();
		const [header, trailer, service, counters] = [
			this.#header,
			this.#trailer,
			this.#service,
			this.#counters,
		];
		if (header === null || trailer === null) throw invalid("it has no end");
		if (service === null || counters === null) throw invalid("it does not say whose it is");
		// 2. The storage's own rows, then the proof.
		await writeService(this.#target, service, counters);
		const found = await contentSha256(this.#target, ({ done, total }) =>
			this.#tell({ step: "proving", done, total }),
		);
		if (found !== trailer.contentSha256)
			throw invalid("what was stored of it does not read back as it was written");
		// 3. A storage of its own, of an earlier moment than the one that was exported may be by now.
		const instanceId = randomUUID();
		const generation = header.generation + 1;
		await this.#target.settle(instanceId);
		await endTarget(this.#target, { instanceId, generation });
		return { sessions: trailer.sessions, moves: trailer.moves, generation };
	}

	async #take(line: string): Promise<void> {
		const value = parseObject(line);
		if (this.#trailer !== null) throw invalid("there is something after its end");
		if (this.#header === null) {
			this.#header = headerOf(value, this.#columns);
			await beginTarget(
				this.#target,
				this.#tables,
				{
					instance_id: this.#header.instance,
					generation: 1,
					created_at: 0,
					heartbeat_at: 0,
					downtime_ms: 0,
				},
				IMPORT_MARK,
			);
		} else if (value["end"] === true) {
			this.#trailer = this.#checkTrailer(value);
			return;
		} else {
			this.#content.update(`${line}\n`);
			this.#hold(value, line.length);
			if (this.#waitingBytes >= MOVE_PAGE_BYTES) await this.#flush();
		}
		this.#lines += 1;
		this.#all.update(`${line}\n`);
	}

	#checkTrailer(value: Readonly<Record<string, unknown>>): ExportTrailer {
		const trailer = value as unknown as ExportTrailer;
		if (trailer.lines !== this.#lines || trailer.sessions !== this.#sessions)
			throw invalid(`it has ${this.#lines} lines, and says ${trailer.lines}`);
		if (
			trailer.sha256 !== this.#all.digest("hex") ||
			trailer.contentSha256 !== this.#content.digest("hex")
		)
			throw invalid("its lines were changed: they do not hash to what its end says");
		return trailer;
	}

	#hold(value: Readonly<Record<string, unknown>>, bytes: number): void {
		const { session, table, row, service, counters } = value;
		this.#waitingBytes += bytes;
		if (isObject(session)) {
			this.#sessions += 1;
			for (const [name, rows] of Object.entries(session))
				for (const cells of Array.isArray(rows) ? rows : []) this.#add(name, cells);
		} else if (typeof table === "string") this.#add(table, row);
		else if (isObject(service))
			this.#service = Object.fromEntries(
				COPIED.map((column) => [column, cellValue(service[column] ?? null)]),
			);
		else if (Array.isArray(counters)) this.#counters = counters.map(cellValue);
		else throw invalid("it has a line of an unknown kind");
	}

	#add(table: string, cells: unknown): void {
		const columns = this.#columns[table];
		if (columns === undefined) throw invalid("it has rows of an unknown table");
		const rows = this.#waiting.get(table) ?? [];
		rows.push(rowOf(columns, cells));
		this.#waiting.set(table, rows);
	}

	async #flush(): Promise<void> {
		const waiting = this.#waiting;
		this.#waiting = new Map();
		this.#waitingBytes = 0;
		if (waiting.size === 0) return;
		await this.#target.transaction(async (writer) => {
			for (const table of allOf(this.#tables)) {
				const rows = waiting.get(table.name);
				if (rows !== undefined) await writer.put(table, rows, false);
			}
		});
		this.#tell({ step: "importing", done: this.#sessions, total: this.#sessions });
	}
}

function headerOf(
	value: Readonly<Record<string, unknown>>,
	columns: ExportHeader["columns"],
): ExportHeader {
	if (value["format"] !== EXPORT_FORMAT) throw invalid("its first line is not an export's header");
	if (value["version"] !== EXPORT_VERSION)
		throw invalid(`it has version ${String(value["version"])}, and this program reads 1`);
	const header = value as unknown as ExportHeader;
	if (JSON.stringify(header.columns) !== JSON.stringify(columns))
		throw invalid(
			`it was written with schema ${header.schema}, by another version than this one; import it with that one`,
		);
	return header;
}

function parseObject(line: string): Readonly<Record<string, unknown>> {
	try {
		const value: unknown = JSON.parse(line);
		if (isObject(value)) return value;
	} catch {
		// Said below; the line itself may hold what players typed.
	}
	throw invalid("a line does not read; it was cut or changed");
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === "object" && value !== null && !Array.isArray(value);
