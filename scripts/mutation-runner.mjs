// A test runner for Stryker that knows the router's core alone. The core is pure, so a mutant needs no process of its own: the
// tests are bundled once, and each mutant runs the bundle anew in this process, with fresh modules and Vitest's own `expect`.
// That takes hundredths of a second where starting Vitest takes seconds.
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import vm from "node:vm";
import { INSTRUMENTER_CONSTANTS } from "@stryker-mutator/api/core";
import { declareClassPlugin, PluginKind } from "@stryker-mutator/api/plugin";
import { DryRunStatus, MutantRunStatus, TestStatus } from "@stryker-mutator/api/test-runner";
import { ASYMMETRIC_MATCHERS_OBJECT, chai, customMatchers, GLOBAL_EXPECT, JestAsymmetricMatchers, JestChaiExpect, JestExtend, setState } from "@vitest/expect";
import { build } from "esbuild";

const CORE = "routing/src/core";
/** They prove the shrinker, with rules broken by hand. */
const NOT_OF_THE_CORE = ["shrink.test.ts"];
/** Enough to reach every rule; `npm test` runs a hundred thousand. */
const HISTORIES = "40";

class CoreTestRunner {
  static inject = [];

  constructor() {
    globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {};
    this.stryker = globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE];
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    process.env.RUNS = HISTORIES;
    // What the histories say of their speed is of no interest here.
    console.log = () => {};
    // The stories first, which name what is wrong at once; the random histories, which take longest, last.
    const files = readdirSync(CORE).filter((f) => f.endsWith(".test.ts") && !NOT_OF_THE_CORE.includes(f));
    files.sort((a, b) => Number(a.startsWith("histories")) - Number(b.startsWith("histories")) || (a < b ? -1 : 1));
    const { outputFiles } = await build({
      stdin: { contents: files.map((f) => `import "./${f}";`).join("\n"), resolveDir: resolve(CORE) },
      bundle: true,
      write: false,
      format: "cjs",
      platform: "node",
      target: "node20",
      external: ["vitest", "fast-check", "zod"],
    });
    this.script = new vm.Script(`(function (require, exports, module) {${outputFiles[0].text}\n})`, { filename: "core.cjs" });
    this.require = createRequire(join(resolve(CORE), "core.cjs"));
    this.expect = expectOfVitest();
  }

  /** All tests by name, of modules that were evaluated just now. */
  load() {
    const tests = new Map();
    const test = (name, run) => {
      if (tests.has(name)) throw new Error(`two tests are called "${name}"`);
      tests.set(name, run);
    };
    const needs = (id) => (id === "vitest" ? { test, expect: this.expect } : this.require(id));
    const module = { exports: {} };
    this.script.runInThisContext()(needs, module.exports, module);
    return tests;
  }

  async dryRun() {
    this.stryker.activeMutant = undefined;
    const tests = [];
    for (const [name, run] of this.load()) {
      const started = performance.now();
      this.stryker.currentTestId = name;
      const failure = await failureOf(run);
      this.stryker.currentTestId = undefined;
      const timeSpentMs = performance.now() - started;
      const one = { id: name, name, timeSpentMs };
      tests.push(failure === null ? { ...one, status: TestStatus.Success } : { ...one, status: TestStatus.Failed, failureMessage: failure });
    }
    return { status: DryRunStatus.Complete, tests, mutantCoverage: this.stryker.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, mutantActivation }) {
    this.stryker.hitCount = 0;
    // A change that is passed twenty times as often as without it does not end; Stryker itself would wait for a hundred times.
    this.stryker.hitLimit = hitLimit === undefined ? undefined : hitLimit / 5;
    this.stryker.activeMutant = mutantActivation === "static" ? activeMutant.id : undefined;
    let nrOfTests = 0;
    try {
      const tests = this.load();
      this.stryker.activeMutant = activeMutant.id;
      for (const [name, run] of tests) {
        if (testFilter !== undefined && !testFilter.includes(name)) continue;
        nrOfTests++;
        const failure = await failureOf(run);
        if (this.stryker.hitLimit !== undefined && this.stryker.hitCount > this.stryker.hitLimit)
          return { status: MutantRunStatus.Timeout, reason: "hit limit" };
        if (failure !== null) return { status: MutantRunStatus.Killed, failureMessage: failure, killedBy: [name], nrOfTests };
      }
    } catch (error) {
      // A static mutant may keep the modules from being evaluated at all.
      return { status: MutantRunStatus.Killed, failureMessage: String(error), killedBy: [], nrOfTests };
    } finally {
      this.stryker.activeMutant = undefined;
    }
    return { status: MutantRunStatus.Survived, nrOfTests };
  }
}

async function failureOf(run) {
  try {
    await run();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The `expect` that the tests know, without a running Vitest (as its own package describes). */
function expectOfVitest() {
  chai.use(JestExtend);
  chai.use(JestChaiExpect);
  chai.use(JestAsymmetricMatchers);
  const expect = (value, message) => chai.expect(value, message);
  Object.assign(expect, chai.expect, globalThis[ASYMMETRIC_MATCHERS_OBJECT]);
  Object.defineProperty(globalThis, GLOBAL_EXPECT, { value: expect, writable: true, configurable: true });
  setState({ assertionCalls: 0, isExpectingAssertions: false, expectedAssertionsNumber: null }, expect);
  chai.expect.extend(expect, customMatchers);
  return expect;
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, "core", CoreTestRunner)];
