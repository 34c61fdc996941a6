import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { createJsonSchemaTransform } from "fastify-type-provider-zod";

const transform = createJsonSchemaTransform({});

/** OpenAPI 3.1 of everything under /api, at /docs for people and /docs/json for programs. */
export async function addOpenApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Kommutator",
        version,
        description: "Dialogs, calls, customers and Interests. Sign in with POST /api/v1/login; unsafe methods need the header x-csrf-token.",
      },
      components: { securitySchemes: { session: { type: "apiKey", in: "cookie", name: "kommutator_session" } } },
      security: [{ session: [] }],
    },
    transform(input) {
      const { schema, url } = transform(input as Parameters<typeof transform>[0]);
      const isPublic = input.route.config?.public === true;
      const tag = /^\/api\/v1\/([a-z-]+)/.exec(url)?.[1];
      return { url, schema: { ...schema, ...(tag === undefined ? {} : { tags: [tag] }), ...(isPublic ? { security: [] } : {}) } };
    },
  });
  await app.register(async (scope) => {
    // The description holds nothing that the source code does not.
    scope.addHook("onRoute", (route) => {
      route.config = { ...route.config, public: true };
    });
    await scope.register(swaggerUi, { routePrefix: "/docs", staticCSP: true });
  });
}
