import { Badge, Button } from "@mantine/core";
import { IconFileImport, IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { useFormat } from "../../app/format.ts";
import { useCan } from "../../app/me.ts";
import { Empty, ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { Section } from "../settings/Section.tsx";
import classes from "./import.module.css";
import { useImports } from "./queries.ts";

/** Files that were brought in, newest first; work that goes on is found again here. */
export function ImportList() {
  const { t } = useTranslation("import");
  const can = useCan();
  const format = useFormat();
  const navigate = useNavigate();
  const imports = useImports();
  const number = (n: number) => (n === 0 ? "" : format.number(n));
  const action =
    can("import", "create") === null ? null : (
      <Button component={Link} to="/import/new" leftSection={<IconPlus size={16} />}>
        {t("list.new")}
      </Button>
    );
  return (
    <Section title={t("title")} purpose={t("purpose")} action={action}>
      {imports.isPending ? (
        <RowsSkeleton rows={6} height={36} />
      ) : imports.data === undefined ? (
        <ErrorState error={imports.error} onRetry={() => void imports.refetch()} />
      ) : imports.data.length === 0 ? (
        <Empty icon={<IconFileImport />} title={t("list.empty")} text={t("list.emptyText")} action={action} />
      ) : (
        <div className={classes["sheet"]}>
          <table className={classes["table"]}>
            <thead>
              <tr>
                <th scope="col">{t("list.file")}</th>
                <th scope="col">{t("list.what")}</th>
                <th scope="col">{t("row.state")}</th>
                <th scope="col" className={classes["number"]}>
                  {t("list.rows")}
                </th>
                <th scope="col" className={classes["number"]}>
                  {t("row.created")}
                </th>
                <th scope="col" className={classes["number"]}>
                  {t("row.faulty")}
                </th>
                <th scope="col">{t("list.who")}</th>
                <th scope="col">{t("list.when")}</th>
              </tr>
            </thead>
            <tbody>
              {imports.data.map((batch) => (
                <tr key={batch.id} onClick={() => void navigate(`/import/${batch.id}`)} style={{ cursor: "pointer" }}>
                  <td>
                    <Link to={`/import/${batch.id}`}>{batch.fileName}</Link>
                  </td>
                  <td>{t(`object.${batch.object}`)}</td>
                  <td>
                    <Badge variant="light" color={batch.state === "failed" ? "red" : batch.state === "done" ? "green" : "gray"} size="sm" miw="max-content">
                      {t(`state.${batch.state}`)}
                    </Badge>
                  </td>
                  <td className={classes["number"]}>{number(batch.total)}</td>
                  <td className={classes["number"]}>{number(batch.counts.created + batch.counts.filled)}</td>
                  <td className={classes["number"]}>{number(batch.counts.faulty)}</td>
                  <td>{batch.createdBy.name}</td>
                  <td>{format.full(batch.createdAt)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}
