import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { vi } from "vitest";

/** Takes the directory of the backups away while one is being made in it. */
export async function spoilBackupUnderWay(backups: string): Promise<void> {
	await vi.waitFor(
		() => {
			const making = readdirSync(backups).find((name) => name.endsWith(".part")) ?? "";
			if (!existsSync(join(backups, making, "savepoint.sqlite"))) throw new Error("Not yet.");
		},
		{ timeout: 20_000, interval: 2 },
	);
	rmSync(backups, { recursive: true });
}
