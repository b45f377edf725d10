import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { DAMAGES, type Damage, type PageNumbers, pageNumbers } from "./damages.js";
import { type Exercise, exercise } from "./exercise.js";
import { copyGround, DATABASE, type Ground, makeGrounds, type Truth } from "./ground.js";
import { judge, type Verdict } from "./judge.js";

export interface Run {
	readonly damage: Damage;
	readonly withBackup: boolean;
	readonly seed: number;
	readonly exercise: Exercise;
	readonly verdict: Verdict;
	readonly truth: Truth;
	/** Files that were set aside and are not byte for byte as they were found. */
	readonly changedEvidence: readonly string[];
}

/** Damages databases by seed, lets a server come up on each, and says what became of it. */
export class Corruptor {
	readonly #grounds: readonly Ground[];
	readonly #other: string;
	readonly #pages: ReadonlyMap<Ground, PageNumbers>;

	private constructor(grounds: readonly Ground[], other: string) {
		this.#grounds = grounds;
		this.#other = other;
		this.#pages = new Map(grounds.map((ground) => [ground, pagesOf(ground)]));
	}

	static async create(sessions: number): Promise<Corruptor> {
		const [stranger, rest] = await makeGrounds(9);
		const other = join(stranger?.directory ?? "", `${DATABASE}-wal`);
		if (rest !== undefined) rmSync(rest.directory, { recursive: true });
		return new Corruptor(await makeGrounds(sessions), other);
	}

	remove(): void {
		for (const { directory } of this.#grounds) rmSync(directory, { recursive: true, force: true });
		rmSync(join(this.#other, ".."), { recursive: true, force: true });
	}

	async run(seed: number): Promise<Run> {
		const damage = DAMAGES[seed % DAMAGES.length] as Damage;
		const withBackup = Math.floor(seed / DAMAGES.length) % 2 === 1;
		const ground = this.#grounds.find(({ name }) => name === damage.ground) as Ground;
		const directory = copyGround(ground, withBackup);
		try {
			const pages = this.#pages.get(ground) as PageNumbers;
			const generator = xoroshiro128plus(seed);
			const random = (below: number): number => uniformInt(generator, 0, below - 1);
			damage.spoil({ directory, random, pages, otherWal: this.#other });
			const before = sums(directory);
			const done = await exercise(directory, ground.truth);
			const verdict = judge(ground.truth, done.found, done.told);
			const changedEvidence = done.starts === 1 ? changed(directory, before) : [];
			const { truth } = ground;
			return { damage, withBackup, seed, truth, exercise: done, verdict, changedEvidence };
		} finally {
			rmSync(directory, { recursive: true, force: true });
		}
	}
}

function pagesOf(ground: Ground): PageNumbers {
	const copy = copyGround(ground, false);
	const pages = pageNumbers(join(copy, DATABASE));
	rmSync(copy, { recursive: true });
	return pages;
}

const FILES = [DATABASE, `${DATABASE}-wal`, `${DATABASE}.instance`];

function sums(directory: string): Map<string, string> {
	const there = new Set(readdirSync(directory));
	return new Map(
		FILES.filter((name) => there.has(name)).map((name) => [name, sum(join(directory, name))]),
	);
}

const sum = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

/** Damage that was found before SQLite opened the files must be kept as it was found. */
function changed(directory: string, before: ReadonlyMap<string, string>): string[] {
	const quarantine = join(directory, "quarantine");
	const [run] = readdirSync(directory).includes("quarantine") ? readdirSync(quarantine) : [];
	if (run === undefined) return [];
	return [...before].flatMap(([name, was]) =>
		sum(join(quarantine, run, name)) === was ? [] : [name],
	);
}

/** Damage → what came back, over all runs of each kind. */
export function tableOf(runs: readonly Run[]): string {
	const lines = [
		[
			"damage",
			"ground",
			"backup",
			"runs",
			"noticed by",
			"sessions whole",
			"moves back",
			"named",
			"in doubt",
			"silent",
			"forged",
		],
	];
	const groups = new Map<string, Run[]>();
	for (const run of runs) {
		const name = `${run.damage.what}|${run.damage.ground}|${run.withBackup ? "yes" : "no"}`;
		groups.set(name, [...(groups.get(name) ?? []), run]);
	}
	for (const [name, group] of groups) {
		const total = (value: (verdict: Verdict) => number): number =>
			group.reduce((sumSoFar, { verdict }) => sumSoFar + value(verdict), 0);
		const share = (part: number, all: number): string => `${((100 * part) / all).toFixed(2)} %`;
		const noticed = new Set(group.map((run) => run.exercise.noticedBy ?? "no harm"));
		lines.push([
			...name.split("|"),
			`${group.length}`,
			[...noticed].join(" "),
			share(
				total(({ sessions }) => sessions.whole),
				total(({ sessions }) => sessions.all),
			),
			share(
				total(({ moves }) => moves.back),
				total(({ moves }) => moves.all),
			),
			`${total(({ named }) => named)}`,
			`${total(({ inDoubt }) => inDoubt)}`,
			`${total(({ silent }) => silent.length)}`,
			`${total(({ forged }) => forged.length)}`,
		]);
	}
	const widths = lines[0]?.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
	return lines
		.map((line) => line.map((cell, at) => cell.padEnd(widths?.[at] ?? 0)).join("  "))
		.join("\n");
}
