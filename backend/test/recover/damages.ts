import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { DATABASE, type Ground } from "./ground.js";

export interface DamageGiven {
	/** Holds the copy that is to be damaged. */
	readonly directory: string;
	/** 0 up to but not including `below`. */
	readonly random: (below: number) => number;
	readonly pages: PageNumbers;
	/** The -wal of another database of ours. */
	readonly otherWal: string;
}

/** Which pages are what, counted from 1. */
export type PageNumbers = Readonly<Record<"interior" | "leaf" | "overflow", readonly number[]>>;

export interface Damage {
	readonly what: string;
	readonly ground: Ground["name"];
	spoil(given: DamageGiven): void;
}

const PAGE = 4096;
const FRAME = PAGE + 24;

export function pageNumbers(database: string): PageNumbers {
	const connection = new Database(database, { readonly: true });
	const select = connection
		.prepare("select distinct pageno from dbstat where pagetype = ? and pageno > 1 order by pageno")
		.pluck();
	const of = (type: string) => select.all(type) as number[];
	const pages = { interior: of("internal"), leaf: of("leaf"), overflow: of("overflow") };
	connection.close();
	return pages;
}

type Edit = (bytes: Buffer, given: DamageGiven) => Buffer | undefined;

const edit = (suffix: "" | "-wal", change: Edit) => (given: DamageGiven) => {
	const path = join(given.directory, DATABASE + suffix);
	const bytes = readFileSync(path);
	writeFileSync(path, change(bytes, given) ?? bytes);
};

const flipBit = (bytes: Buffer, from: number, length: number, { random }: DamageGiven): void => {
	const at = from + random(length);
	bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random(8)), at);
};

const pick = <T>(list: readonly T[], { random }: DamageGiven): T => {
	const one = list[random(list.length)];
	if (one === undefined) throw new Error("nothing to pick from");
	return one;
};

const start = (page: number): number => (page - 1) * PAGE;
const anyPage = (bytes: Buffer, { random }: DamageGiven): number =>
	1 + random(Math.floor(bytes.length / PAGE));

const flipIn =
	(kind: keyof PageNumbers): Edit =>
	(bytes, given) => {
		// What is in the -wal only cannot be damaged here.
		const here = given.pages[kind].filter((page) => start(page) < bytes.length);
		flipBit(bytes, start(pick(here, given)), PAGE, given);
		return bytes;
	};

/** The last transaction cannot be told from one that a power cut kept from being written. */
const earlierFrame = (bytes: Buffer, { random }: DamageGiven): number => {
	const frames = Math.floor((bytes.length - 32) / FRAME);
	const commits = [];
	for (let frame = 0; frame < frames; frame += 1)
		if (bytes.readUInt32BE(32 + frame * FRAME + 4) > 0) commits.push(frame);
	return 32 + random((commits.at(-2) ?? 0) + 1) * FRAME;
};

export const DAMAGES: readonly Damage[] = [
	...(["killed", "stopped"] as const).flatMap((ground): Damage[] => [
		{
			what: "bit flip in the header",
			ground,
			spoil: edit("", (bytes, given) => void flipBit(bytes, 0, 100, given)),
		},
		{
			what: "bit flip in the schema page",
			ground,
			spoil: edit("", (bytes, given) => void flipBit(bytes, 100, PAGE - 100, given)),
		},
		{ what: "bit flip in an inner page", ground, spoil: edit("", flipIn("interior")) },
		{ what: "bit flip in a leaf", ground, spoil: edit("", flipIn("leaf")) },
		{ what: "bit flip in an overflow page", ground, spoil: edit("", flipIn("overflow")) },
		{
			what: "header overwritten",
			ground,
			spoil: edit("", (bytes, { random }) => void bytes.fill(random(256), 0, 100)),
		},
		{
			what: "file cut off",
			ground,
			spoil: ({ directory, random }) => {
				const path = join(directory, DATABASE);
				truncateSync(path, random(readFileSync(path).length));
			},
		},
		{
			what: "three pages of zeros",
			ground,
			spoil: edit("", (bytes, given) => {
				for (let count = 0; count < 3; count += 1) {
					const page = anyPage(bytes, given);
					bytes.fill(0, start(page), start(page + 1));
				}
				return bytes;
			}),
		},
		{
			what: "page of noise",
			ground,
			spoil: edit("", (bytes, given) => {
				const at = start(anyPage(bytes, given));
				for (let offset = 0; offset < PAGE; offset += 1)
					bytes.writeUInt8(given.random(256), at + offset);
				return bytes;
			}),
		},
		{
			what: "sector of zeros (torn page)",
			ground,
			spoil: edit("", (bytes, given) => {
				const at = start(anyPage(bytes, given)) + 512 * given.random(8);
				return bytes.fill(0, at, at + 512);
			}),
		},
		{
			what: "two pages swapped",
			ground,
			spoil: edit("", (bytes, given) =>
				swapped(bytes, start(anyPage(bytes, given)), start(anyPage(bytes, given))),
			),
		},
		{
			what: "page written to the wrong place",
			ground,
			spoil: edit("", (bytes, given) => {
				const [a, b] = [start(anyPage(bytes, given)), start(anyPage(bytes, given))];
				bytes.copy(bytes, a, b, b + PAGE);
				return bytes;
			}),
		},
		{
			what: "-wal of another database",
			ground,
			spoil: ({ directory, otherWal }) =>
				copyFileSync(otherWal, join(directory, `${DATABASE}-wal`)),
		},
	]),
	{
		what: "bit flip in the -wal's header",
		ground: "killed",
		spoil: edit("-wal", (bytes, given) => void flipBit(bytes, 0, 32, given)),
	},
	{
		what: "bit flip in a frame of the -wal",
		ground: "killed",
		spoil: edit(
			"-wal",
			(bytes, given) => void flipBit(bytes, earlierFrame(bytes, given), FRAME, given),
		),
	},
	{
		what: "frame of zeros in the -wal",
		ground: "killed",
		spoil: edit("-wal", (bytes, given) => {
			const at = earlierFrame(bytes, given);
			return bytes.fill(0, at, at + FRAME);
		}),
	},
	{
		what: "-wal missing",
		ground: "killed",
		spoil: ({ directory }) => rmSync(join(directory, `${DATABASE}-wal`)),
	},
	{
		what: "-wal emptied",
		ground: "killed",
		spoil: ({ directory }) => truncateSync(join(directory, `${DATABASE}-wal`), 0),
	},
	{
		what: "database missing",
		ground: "killed",
		spoil: ({ directory }) => rmSync(join(directory, DATABASE)),
	},
];

/** Zeros in the place of the first page of a table or an index. */
export function zeroPage(database: string, name: string): void {
	const page = rootPage(database, name);
	const bytes = readFileSync(database);
	writeFileSync(database, bytes.fill(0, start(page), start(page + 1)));
}

/** The first pages of two tables, each in the place of the other. */
export function swapPages(database: string, one: string, other: string): void {
	const [a, b] = [start(rootPage(database, one)), start(rootPage(database, other))];
	writeFileSync(database, swapped(readFileSync(database), a, b));
}

function swapped(bytes: Buffer, a: number, b: number): Buffer {
	const kept = Buffer.from(bytes.subarray(a, a + PAGE));
	bytes.copy(bytes, a, b, b + PAGE);
	kept.copy(bytes, b);
	return bytes;
}

function rootPage(database: string, name: string): number {
	const connection = new Database(database);
	const page = connection
		.prepare("select rootpage from sqlite_schema where name = ?")
		.pluck()
		.get(name) as number;
	connection.close();
	return page;
}
