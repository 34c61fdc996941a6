import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Db } from "@kommutator/contract/db";

/**
 * Several nodes with folder storage must share the folder. The database remembers the marker of its data folder; a folder
 * with another one (or none, when files are stored already) is not the shared one. Throws in words.
 */
export async function checkDataFolder(sql: Db, dataDir: string): Promise<void> {
  const path = join(dataDir, "installation.id");
  const here = (await readFile(path, "utf8").catch(() => "")).trim();
  const mine = here === "" ? randomUUID() : here;
  const [row] = await sql<{ data_marker: string; blobs: boolean }[]>`
    WITH made AS (INSERT INTO installation (data_marker) VALUES (${mine}) ON CONFLICT DO NOTHING RETURNING data_marker)
    SELECT data_marker, EXISTS (SELECT FROM blob) AS blobs FROM made UNION ALL SELECT data_marker, EXISTS (SELECT FROM blob) FROM installation LIMIT 1`;
  const marker = row?.data_marker ?? mine;
  if (marker === here) return;
  if (here === "" && (marker === mine || row?.blobs === false)) {
    await writeFile(path, `${marker}\n`);
    return;
  }
  throw new Error(
    `the data folder ${dataDir} is not the one of this database: every node must share one folder. Mount the shared folder there, or, to make this folder the one, write ${marker} into ${path} after copying the files`,
  );
}
