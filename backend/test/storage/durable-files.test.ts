import {
	chmodSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
	makeDirectoryDurable,
	renameDurable,
	writeFileDurable,
} from "#src/storage/durable-files.js";
import { translateFileError } from "#src/storage/file-errors.js";
import { codeOf, runFixture, temporaryDirectory } from "./fixtures/files.js";

const NOBODY = 65_534;

describe("[F1] durable files", () => {
	it("[F1] creates a whole path of directories and accepts one that exists", () => {
		const path = join(temporaryDirectory(), "a/b/c");
		makeDirectoryDurable(path);
		makeDirectoryDurable(path);
		expect(existsSync(path)).toBe(true);
	});

	it("[F1] replaces a file whole and leaves no temporary name", () => {
		const directory = temporaryDirectory();
		const path = join(directory, "file");
		writeFileDurable(path, "first, which is longer");
		writeFileDurable(path, "second");
		expect(readFileSync(path, "utf8")).toBe("second");
		expect(readdirSync(directory)).toEqual(["file"]);
	});

	it("[F1] takes over the temporary file of a killed write", () => {
		const path = join(temporaryDirectory(), "file");
		writeFileSync(`${path}.tmp`, "torn and much longer than what follows");
		writeFileDurable(path, "whole");
		expect(readFileSync(path, "utf8")).toBe("whole");
	});

	it("[F1] moves a file into another directory", () => {
		const directory = temporaryDirectory();
		mkdirSync(join(directory, "to"));
		writeFileSync(join(directory, "file"), "x");
		renameDurable(join(directory, "file"), join(directory, "to/file"));
		expect(readFileSync(join(directory, "to/file"), "utf8")).toBe("x");
	});

	it("[B4] a file where a directory is needed is STORAGE_NOT_A_FILE", () => {
		const file = join(temporaryDirectory(), "file");
		writeFileSync(file, "x");
		expect(codeOf(() => makeDirectoryDurable(file))).toBe("STORAGE_NOT_A_FILE");
		expect(codeOf(() => makeDirectoryDurable(join(file, "below")))).toBe("STORAGE_NOT_A_FILE");
		expect(codeOf(() => writeFileDurable(join(file, "below"), "x"))).toBe("STORAGE_NOT_A_FILE");
	});

	it.runIf(process.getuid?.() === 0)(
		"[B4] another user's directory is STORAGE_PERMISSION, with owner, user and remedy",
		async () => {
			const directory = temporaryDirectory();
			for (const action of ["write", "mkdir"]) {
				const child = runFixture("report-code.mjs", [action, join(directory, "new")], {
					uid: NOBODY,
				});
				const { code, message } = JSON.parse(await child.line());
				expect(code).toBe("STORAGE_PERMISSION");
				expect(message).toContain("belongs to uid 0");
				expect(message).toContain(`runs as uid ${NOBODY}`);
				expect(message).toContain(`chown ${NOBODY}:${NOBODY} ${directory}`);
			}
			expect(readdirSync(directory)).toEqual([]);
		},
	);

	it("[B4] each error of the file system has its code; none of them says corrupt", () => {
		const codes = Object.fromEntries(
			["EACCES", "EPERM", "EROFS", "ENOTDIR", "ENOSPC", "EDQUOT", "EMFILE", "EIO"].map((errno) => [
				errno,
				translateFileError(Object.assign(new Error(errno), { code: errno }), "/data/x").code,
			]),
		);
		expect(codes).toEqual({
			EACCES: "STORAGE_PERMISSION",
			EPERM: "STORAGE_PERMISSION",
			EROFS: "STORAGE_READ_ONLY",
			ENOTDIR: "STORAGE_NOT_A_FILE",
			ENOSPC: "STORAGE_FULL",
			EDQUOT: "STORAGE_FULL",
			EMFILE: "STORAGE_IO",
			EIO: "STORAGE_IO",
		});
	});

	it("[B4] the remedy quotes a path that a shell would split", () => {
		const directory = join(temporaryDirectory(), "it's here");
		mkdirSync(directory);
		chmodSync(directory, 0o500);
		const error = translateFileError(Object.assign(new Error(), { code: "EACCES" }), directory);
		expect(error.message).toContain(`chmod u+rwx '`);
		expect(error.message).toContain(`it'\\''s here'`);
	});
});
