import type { CustomerRow } from "@kommutator/contract/api/customer";
import { Badge, Button } from "@mantine/core";
import { IconAddressBook, IconPlus, IconSearch, IconStarFilled } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { addressWith } from "../../app/address.ts";
import { useNamed } from "../../app/catalogues.ts";
import { useFormat, useNow, usePhone } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";
import { Empty, NoRight } from "../../app/states.tsx";
import classes from "./customer.module.css";
import { type CustomerFilter, Filters } from "./Filters.tsx";
import { Register } from "./Register.tsx";
import { Sections } from "./Sections.tsx";
import { StatusChip } from "./StatusChip.tsx";

const FILTERS = new Set(["kind", "responsibleId", "statusId", "regionId", "industryId", "sourceId", "addedFrom", "addedTo"]);

/** The register of customers: any fragment of a name or number finds one. */
export function CustomerList() {
  const { t } = useTranslation("customer");
  const name = useNamed();
  const can = useCan();
  const format = useFormat();
  const phone = usePhone();
  const now = useNow(60_000);
  const [params, setParams] = useSearchParams();
  const filter = Object.fromEntries([...params].filter(([name, value]) => FILTERS.has(name) && value !== "")) as CustomerFilter;
  if (can("customer", "read") === null) return <NoRight />;
  const add =
    can("customer", "create") === null ? null : (
      <Button component={Link} to="/customers/new" leftSection={<IconPlus size={16} />}>
        {t("list.add")}
      </Button>
    );
  return (
    <Register<CustomerRow>
      title={t("list.title")}
      path="/customers"
      queryKey={keys.customers("list")}
      query={filter}
      searchLabel={t("list.search")}
      to={(row) => ({ path: `/customers/${row.id}` })}
      actions={
        <>
          <Sections />
          {add}
        </>
      }
      below={<Filters filter={filter} onChange={(changes) => setParams(addressWith(changes), { replace: true })} />}
      columns={[
        { name: "code", label: t("field.code"), cell: (row) => <span className={classes["dim"]}>{row.code}</span> },
        {
          name: "name",
          label: t("field.name"),
          title: (row) => row.name,
          cell: (row) => (
            <>
              <span className={classes["name"]}>{row.name}</span>{" "}
              {row.isVip ? (
                <Badge size="xs" color="yellow" variant="light" leftSection={<IconStarFilled size={9} />}>
                  VIP
                </Badge>
              ) : null}
            </>
          ),
        },
        {
          name: "status",
          label: t("field.statusId"),
          cell: (row) => (row.status === null ? null : <StatusChip status={row.status} />),
        },
        { name: "region", label: t("field.regionId"), title: (row) => name(row.region), cell: (row) => name(row.region) },
        { name: "phone", label: t("field.phone"), cell: (row) => (row.mainPhone === null ? (row.mainEmail ?? "") : phone(row.mainPhone)) },
        {
          name: "responsible",
          label: t("field.responsibleId"),
          cell: (row) => row.responsible?.name ?? <span className={classes["dim"]}>{t("nobody")}</span>,
        },
        { name: "interests", label: t("list.interests"), numeric: true, cell: (row) => (row.openInterests === 0 ? "" : row.openInterests) },
        {
          name: "touch",
          label: t("list.lastTouch"),
          title: (row) => (row.lastTouchAt === null ? undefined : format.full(row.lastTouchAt)),
          cell: (row) => (row.lastTouchAt === null ? <span className={classes["dim"]}>{t("list.never")}</span> : format.ago(row.lastTouchAt, now)),
        },
      ]}
      empty={<Empty icon={<IconAddressBook />} title={t("list.empty")} text={t("list.emptyHint")} action={add} />}
      nothing={<Empty icon={<IconSearch />} title={t("common:nothingFound")} text={t("list.nothing")} />}
    />
  );
}
