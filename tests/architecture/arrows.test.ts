import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const ROOT = new URL("../../", import.meta.url).pathname;
const run = promisify(execFile);

async function cruise(...folders: string[]): Promise<string> {
  return run("npx", ["depcruise", "--config", ".dependency-cruiser.cjs", ...folders], { cwd: ROOT, maxBuffer: 1 << 24 }).then(
    (r) => r.stdout,
    (e: { stdout: string }) => e.stdout,
  );
}

test("a forbidden import is refused: routing may not know the CRM", { timeout: 120_000 }, async () => {
  const dir = await mkdtemp(join(ROOT, "routing/src/forbidden-"));
  try {
    await writeFile(
      join(dir, "offender.ts"),
      'import { AppError } from "@kommutator/contract/errors";\nimport { writeAudit } from "../../../crm-core/src/audit/index.ts";\nexport const x = [AppError, writeAudit];\n',
    );
    const output = await cruise(dir.slice(ROOT.length));
    expect(output).toContain("routing-knows-only-the-contract");
  } finally {
    await rm(dir, { recursive: true });
  }
});
