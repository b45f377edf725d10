import { createRequire } from "node:module";
import { newGame, setStatus, spawn } from "./game.mjs";
import { drawLevel } from "./level.mjs";

/** boardgame.io's server with its FlatFile storage. `node boardgame.mjs <directory>` */
const { Server, FlatFile } = createRequire(import.meta.url)("boardgame.io/server");

const savepoint = {
	name: "savepoint",
	disableUndo: true,
	setup: () => {
		const game = newGame("match", drawLevel(1));
		spawn(game, { x: 10, y: 20 });
		return game;
	},
	moves: {
		setStatus: ({ G }, artifactId, status) => {
			setStatus(G, { artifactId, status });
		},
	},
};

const server = Server({
	games: [savepoint],
	db: new FlatFile({ dir: process.argv[2], logging: false }),
	origins: ["*"],
});
const { appServer } = await server.run({ port: 0 });
console.log(`listening on http://127.0.0.1:${appServer.address().port}`);
