import { useTranslation } from "react-i18next";
import { useFormat } from "../../app/format.ts";
import classes from "./routing.module.css";

/** The best five with their loads: the shorter the bar, the freer the person. */
export function Candidates({ of }: { of: { employee: { id: string; name: string }; load: number; chosen: boolean }[] }) {
  const { t } = useTranslation("routing");
  const format = useFormat();
  if (of.length === 0) return null;
  const longest = Math.max(1, ...of.map((each) => each.load));
  return (
    <table className={classes["candidates"]} aria-label={t("candidates")}>
      <tbody>
        {of.map(({ employee, load, chosen }) => (
          <tr key={employee.id} data-chosen={chosen || undefined}>
            <th scope="row" title={employee.name}>
              {employee.name}
            </th>
            <td className={classes["bar"]} aria-hidden>
              <span style={{ width: `${Math.max(2, (load / longest) * 100)}%` }} />
            </td>
            <td className={classes["load"]}>{format.load(load)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
