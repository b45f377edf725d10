// Goal and method: as in floods.test.ts, with as many idle connections as a limit of 20,000 files
// allows on both sides.
import { afterEach, it } from "vitest";
import { killServers } from "../support/server-process.js";
import { expectIdleConnectionsAreHarmless } from "./support/idle-connections.js";

afterEach(killServers);

it("[X5] ten thousand connections that do nothing leave the server quick, and are told to go", () =>
	expectIdleConnectionsAreHarmless(10_000));
