import { useTranslation } from "react-i18next";
import { Route, Routes } from "react-router";
import { useCan } from "../../app/me.ts";
import { NoRight } from "../../app/states.tsx";
import { Section } from "../settings/Section.tsx";
import { ImportCard } from "./ImportCard.tsx";
import { ImportList } from "./ImportList.tsx";
import classes from "./import.module.css";
import { NewImport } from "./NewImport.tsx";

/** Pages of import, mounted at /import/*. */
export function ImportRoutes() {
  const { t } = useTranslation("import");
  const can = useCan();
  if (can("import", "read") === null && can("import", "create") === null) return <NoRight />;
  return (
    <div className={classes["page"]}>
      <Routes>
        <Route index element={<ImportList />} />
        <Route
          path="new"
          element={
            <Section title={t("list.new")} purpose={t("purpose")}>
              <NewImport />
            </Section>
          }
        />
        <Route path=":id" element={<ImportCard />} />
      </Routes>
    </div>
  );
}
