/**
 * The arrows of the house: contract <- {routing, crm-core, adapters} <- gateway. agent-ui takes types and schemas from
 * the contract only; tests may import anything.
 */
const from = (path) => ({ path, pathNot: "\\.(test|fixture)\\.tsx?$|/testing/" });
module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } } },
    {
      name: "contract-imports-nothing-of-ours",
      severity: "error",
      from: from("^gateway/contract/"),
      to: { path: "^(gateway/src|routing|crm-core|adapters|agent-ui|tests)/" },
    },
    { name: "routing-knows-only-the-contract", severity: "error", from: from("^routing/"), to: { path: "^(gateway/src|crm-core|adapters|agent-ui|tests)/" } },
    { name: "crm-core-knows-only-the-contract", severity: "error", from: from("^crm-core/"), to: { path: "^(gateway/src|routing|adapters|agent-ui|tests)/" } },
    { name: "adapters-know-only-the-contract", severity: "error", from: from("^adapters/"), to: { path: "^(gateway/src|routing|crm-core|agent-ui|tests)/" } },
    {
      name: "adapters-do-not-know-each-other",
      severity: "error",
      from: { path: "^adapters/src/([^/]+)/" },
      to: { path: "^adapters/src/", pathNot: "^adapters/src/$1/" },
    },
    { name: "agent-ui-knows-only-the-contract", severity: "error", from: from("^agent-ui/"), to: { path: "^(gateway/src|routing|crm-core|adapters|tests)/" } },
    { name: "the-gateway-does-not-know-the-screens", severity: "error", from: from("^gateway/"), to: { path: "^(agent-ui|tests)/" } },
    {
      name: "only-compose-names-concrete-adapters",
      severity: "error",
      from: { path: "^gateway/src/", pathNot: "^gateway/src/compose\\.ts$|\\.(test|fixture)\\.ts$" },
      to: { path: "^adapters/" },
    },
    {
      name: "the-core-is-pure",
      severity: "error",
      from: { path: "^routing/src/core/", pathNot: "\\.(test|fixture)\\.ts$|/testing/" },
      to: { dependencyTypes: ["core", "npm"] },
    },
    {
      name: "only-the-softphone-imports-sip.js",
      severity: "error",
      from: { path: "^agent-ui/src/", pathNot: "^agent-ui/src/softphone/" },
      to: { path: "node_modules/sip\\.js" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|node_modules/(?!sip\\.js))/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"], extensions: [".ts", ".tsx", ".js", ".mjs"] },
  },
};
