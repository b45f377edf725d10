import { makeFakeApp } from "../support/fake-app.js";
import { makeSqliteApp } from "../support/sqlite-app.js";
import { httpContract } from "./http-contract.js";

httpContract("authority in memory", async () => {
	const { app } = await makeFakeApp();
	return { app, close: () => app.close() };
});
httpContract("SQLite", makeSqliteApp);
