import { Button, Group } from "@mantine/core";
import { IconAddressBook, IconBuilding, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";

/** The three registers of the customer base beside one another. */
export function Sections() {
  const { t } = useTranslation("customer");
  const { pathname } = useLocation();
  const items = [
    { to: "/customers", label: t("list.title"), icon: IconBuilding },
    { to: "/customers/contacts", label: t("list.contacts"), icon: IconAddressBook },
    { to: "/customers/duplicates", label: t("list.duplicates"), icon: IconCopy },
  ];
  return (
    <Group gap={4}>
      {items
        .filter((item) => item.to !== pathname)
        .map((item) => (
          <Button key={item.to} component={Link} to={item.to} variant="subtle" size="compact-sm" leftSection={<item.icon size={15} />}>
            {item.label}
          </Button>
        ))}
    </Group>
  );
}
