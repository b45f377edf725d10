import type { SchemaNode } from "#src/api/explain.js";
import type { HttpClient } from "../../faults/http-client.js";

/** A call as the running server documents it. */
export interface Operation {
	readonly method: string;
	/** With `{name}` where a parameter goes. */
	readonly path: string;
	readonly query: readonly { readonly name: string; readonly schema: SchemaNode }[];
	readonly body: SchemaNode | null;
}

interface Documented {
	readonly parameters?: readonly {
		readonly in: string;
		readonly name: string;
		readonly schema?: SchemaNode;
	}[];
	readonly requestBody?: { readonly content?: Readonly<Record<string, { schema?: SchemaNode }>> };
}

/** Every call of the server, from its own OpenAPI document: a new one is fuzzed unasked. */
export async function readOperations(http: HttpClient): Promise<Operation[]> {
	const document = await http.call("GET", "/docs/json");
	const paths = document?.body["paths"] as Record<string, Record<string, Documented>>;
	return Object.entries(paths).flatMap(([path, methods]) =>
		Object.entries(methods).map(([method, { parameters = [], requestBody }]): Operation => {
			const [content] = Object.values(requestBody?.content ?? {});
			return {
				method: method.toUpperCase(),
				path,
				query: parameters
					.filter((parameter) => parameter.in === "query")
					.map(({ name, schema = {} }) => ({ name, schema })),
				body: content?.schema ?? null,
			};
		}),
	);
}
