import type { Figure } from "../report/figure.js";
import { endAll } from "../servers/running.js";
import type { BenchContext, Scenario } from "./scenario.js";

const unmeasured = ({ figures }: Scenario, note: string): Figure[] =>
	figures.map((figure) => ({ ...figure, rounds: [], note }));

/** One failure costs its own figures only: they are shown as not measured, with the reason. */
async function runOne(scenario: Scenario, context: BenchContext): Promise<Figure[]> {
	const lacking = scenario.lacks();
	if (lacking !== null) return unmeasured(scenario, lacking);
	const say = (line: string): void => context.say(`${scenario.name} · ${line}`);
	try {
		const measured = await scenario.run({ ...context, say });
		return scenario.figures.map((figure, at) => ({
			...figure,
			rounds: measured[at]?.rounds ?? [],
			note: measured[at]?.note ?? "",
		}));
	} catch (error) {
		await endAll();
		const [sentence = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
		say(`failed: ${error instanceof Error ? (error.stack ?? sentence) : sentence}`);
		return unmeasured(scenario, `failed: ${sentence}`);
	}
}

export async function runScenarios(
	scenarios: readonly Scenario[],
	context: BenchContext,
): Promise<Figure[]> {
	const figures: Figure[] = [];
	for (const scenario of scenarios) figures.push(...(await runOne(scenario, context)));
	return figures;
}
