import type { Findings } from "./findings.js";
import type { SessionFindings } from "./session-findings.js";

/** What the sessions add up to, part by part. */
export class SessionSums {
	readonly #findings: Findings;
	#latestActivityAtMs: number | null;
	#otherTerrain = 0;
	#otherTerrainExample = "";

	/** `archivedActivityAtMs`: of the sessions that are gone. */
	constructor(findings: Findings, archivedActivityAtMs: number | null) {
		this.#findings = findings;
		this.#latestActivityAtMs = archivedActivityAtMs;
	}

	add(found: SessionFindings): void {
		const { tally } = this.#findings;
		tally.examined += found.tally.examined;
		tally.active += found.tally.active;
		tally.ended += found.tally.ended;
		tally.moves += found.tally.moves;
		tally.artifacts += found.tally.artifacts;
		for (const harmed of found.harmed) this.#findings.addHarmed(harmed);
		for (const [place, count] of found.strays)
			this.#findings.addDamage(`${count} rows in ${place}, which does not exist.`);
		const atMs = found.latestActivityAtMs;
		if (atMs !== null && (this.#latestActivityAtMs === null || atMs > this.#latestActivityAtMs))
			this.#latestActivityAtMs = atMs;
		this.#otherTerrain += found.otherTerrain.length;
		this.#otherTerrainExample ||= found.otherTerrain[0] ?? "";
	}

	conclude(storedActivityAtMs: number | null): void {
		this.#findings.counters.push({
			name: "latestActivityAt",
			stored: storedActivityAtMs,
			counted: this.#latestActivityAtMs,
		});
		if (this.#otherTerrain > 0)
			this.#findings.addNote(
				`${this.#otherTerrain} sessions were created with a level that this version draws differently from the same seed (one is ${this.#otherTerrainExample}); they keep their own.`,
			);
	}
}
