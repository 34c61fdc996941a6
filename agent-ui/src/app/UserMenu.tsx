import { Avatar, Menu, UnstyledButton } from "@mantine/core";
import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Frame.module.css";
import { useMe } from "./me.ts";
import { onDemand } from "./on-demand.tsx";

const UserMenuItems = onDemand(async () => (await import("./UserMenuItems.tsx")).UserMenuItems);
const PasswordBox = onDemand(async () => (await import("../features/login/PasswordBox.tsx")).PasswordBox);

/** The face at the foot of the rail: language, theme, password, notifications, logout. */
export function UserMenu() {
  const me = useMe();
  const { t } = useTranslation();
  const [password, setPassword] = useState(false);
  return (
    <>
      <Menu position="right-end" width={270}>
        <Menu.Target>
          <UnstyledButton className={classes["link"] ?? ""} title={me.name}>
            <Avatar size={32} radius="xl" name={me.name} color="initials" aria-hidden />
            <span className={classes["label"]}>{me.name.split(" ")[0]}</span>
            <span className="sr-only">{t("user.menu")}</span>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Suspense>
            <UserMenuItems onPassword={() => setPassword(true)} />
          </Suspense>
        </Menu.Dropdown>
      </Menu>
      {password ? (
        <Suspense>
          <PasswordBox onClose={() => setPassword(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
