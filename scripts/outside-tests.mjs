// A reporter for Vitest: writes what went wrong outside of any test (a hook of a file, an error that nobody caught) to $OUTSIDE_TESTS, as
// [{ at, why: [first line, place] }]. The JSON report has neither, and the exit code alone does not tell where.
import { writeFileSync } from "node:fs";
import { relative } from "node:path";

export default class OutsideTests {
  onTestRunEnd(modules, unhandled) {
    const file = process.env["OUTSIDE_TESTS"];
    if (file === undefined) return;
    const found = [];
    for (const module of modules) {
      const suites = [module, ...module.children.allSuites()];
      for (const part of suites)
        for (const error of part.errors()) found.push({ at: `${module.relativeModuleId}${part === module ? "" : ` > ${part.fullName}`}`, why: words(error) });
    }
    for (const error of unhandled) found.push({ at: `nobody caught ${error.type ?? "an error"}, ${lastTest(error)}`, why: words(error) });
    if (found.length > 0) writeFileSync(file, JSON.stringify(onceEach(found)));
  }
}

/** One fault in a loop would bury the others. */
function onceEach(found) {
  const times = new Map();
  for (const one of found) times.set(JSON.stringify(one), (times.get(JSON.stringify(one)) ?? 0) + 1);
  return [...times].map(([one, n]) => {
    const { at, why } = JSON.parse(one);
    return { at: n === 1 ? at : `${at} (${n} times)`, why };
  });
}

function words(error) {
  const [where] = error.stacks ?? [];
  return [
    `${error.name ?? "Error"}: ${String(error.message).split("\n")[0]}`,
    where === undefined
      ? String(error.stack ?? "")
          .split("\n")
          .slice(1, 4)
          .join(" ")
      : `${where.file}:${where.line}`,
  ];
}

/** Vitest notes what its worker was at; with several files in flight it may be another one. */
function lastTest(error) {
  const path = error.VITEST_TEST_PATH;
  return path === undefined ? "between files" : `while ${relative(process.cwd(), path)} ran${error.VITEST_TEST_NAME ? `, "${error.VITEST_TEST_NAME}"` : ""}`;
}
