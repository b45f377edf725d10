import { runCli } from "../cli/support/run-cli.js";

export interface DoctorReport {
	readonly verdict: string;
	readonly drift: readonly unknown[];
	readonly damage: readonly unknown[];
}

/** Doctor in a process of its own: a large database takes its time. */
export async function examineFile(database: string): Promise<DoctorReport> {
	const { stdout } = await runCli(["doctor", "--db", database, "--json"]);
	return JSON.parse(stdout) as DoctorReport;
}
