import { findWrk, loadCreates } from "../load/http-load.js";
import { formatNumber } from "../report/figure.js";
import { median, ratios } from "../report/statistics.js";
import { runVariant } from "../servers/variant-server.js";
import { alternate, type Scenario } from "./scenario.js";

const WARM_UP_SECONDS = 1;

/** `POST /api/sessions`; both servers draw the level. */
export const creates: Scenario = {
	name: "creates",
	figures: [
		{
			name: "new sessions/s ÷ the same server with storage that keeps nothing",
			unit: "",
			must: 0.35,
			aim: 0.7,
			better: "more",
		},
	],
	lacks: findWrk,
	async run({ runs, seconds, connections, directory, say }) {
		const results = await alternate(runs, ["durable", "keeps-nothing"], async (variant) => {
			const server = await runVariant(variant, { directory });
			await loadCreates(server.url, { connections, seconds: WARM_UP_SECONDS });
			const { requestsPerSecond } = await loadCreates(server.url, { connections, seconds });
			await server.finish();
			say(`${variant}: ${formatNumber(requestsPerSecond)} new sessions/s`);
			return requestsPerSecond;
		});
		const { durable, "keeps-nothing": nothing } = results;
		return [
			{
				rounds: ratios(durable, nothing, (perSecond) => perSecond),
				note: `${formatNumber(median(durable))} new sessions/s`,
			},
		];
	},
};
