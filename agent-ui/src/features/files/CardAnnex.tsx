import type { FileObject } from "@kommutator/contract/api/file";
import { useCan } from "../../app/me.ts";
import classes from "../customer/customer.module.css";
import { ChainList } from "../events/ChainList.tsx";
import { TasksBox } from "../tasks/TasksBox.tsx";
import { FilesBox } from "./FilesBox.tsx";

/** What may hang on any card: the chain it is a link of (IA-05), what is to be done about it, and its files (DT-05). `plain`: without frames, inside of a drawer. */
export function CardAnnex({ object, id, editable, plain = false }: { object: Exclude<FileObject, "task">; id: string; editable: boolean; plain?: boolean }) {
  const can = useCan();
  const frame = plain ? undefined : classes["block"];
  return (
    <>
      {object === "interest" || object === "inquiry" ? <ChainList object={object} objectId={id} className={frame} /> : null}
      {can("task", "read") === null ? null : (
        <div className={frame}>
          <TasksBox object={object} objectId={id} />
        </div>
      )}
      <div className={frame}>
        <FilesBox object={object} objectId={id} editable={editable} />
      </div>
    </>
  );
}
