import { Menu, SegmentedControl, Text, useMantineColorScheme } from "@mantine/core";
import { IconBell, IconDeviceDesktop, IconKeyboard, IconLanguage, IconLock, IconLogout, IconMoon, IconPhoneCalling, IconSun } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { askForNotifications, notificationsState } from "./alerts.ts";
import { api } from "./api.ts";
import { showFailure } from "./failure.ts";
import { currentLanguage, LANGUAGE_NAMES, LANGUAGES, type Language, setLanguage } from "./i18n.ts";
import { useLive } from "./LiveProvider.tsx";
import { useMe } from "./me.ts";
import { openShortcuts } from "./ShortcutsOverlay.tsx";
import { settled } from "./settle.ts";

/** What the user menu holds. */
export function UserMenuItems({ onPassword }: { onPassword: () => void }) {
  const me = useMe();
  const live = useLive();
  const client = useQueryClient();
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [permission, setPermission] = useState(notificationsState);

  const language = (next: Language) => {
    setLanguage(next)
      .then(() => api.patch("/me", { locale: next }))
      // Catalogues, histories and reports come in the language of the reader.
      .then(() => client.invalidateQueries())
      .catch(showFailure);
  };
  const logout = () => {
    settled(null)
      .then(() => api.post("/logout"))
      .then(() => {
        live.close(true);
        client.clear();
        location.assign("/");
      }, showFailure);
  };
  return (
    <>
      <div style={{ padding: "8px 12px 6px" }}>
        <Text fw={600}>{me.name}</Text>
        <Text size="xs" c="dimmed">
          {[me.departmentName, me.extension === null ? null : t("user.extension", { extension: me.extension })].filter(Boolean).join(" · ")}
        </Text>
      </div>
      <Menu.Divider />
      <div style={{ padding: "4px 12px 8px" }}>
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label={t("user.theme")}
          value={colorScheme}
          onChange={(value) => setColorScheme(value as "light" | "dark" | "auto")}
          data={[
            { value: "light", label: <SchemeLabel icon={<IconSun size={16} />} text={t("user.light")} /> },
            { value: "dark", label: <SchemeLabel icon={<IconMoon size={16} />} text={t("user.dark")} /> },
            { value: "auto", label: <SchemeLabel icon={<IconDeviceDesktop size={16} />} text={t("user.auto")} /> },
          ]}
        />
      </div>
      {LANGUAGES.map((code) => (
        <Menu.Item
          key={code}
          closeMenuOnClick={false}
          lang={code}
          leftSection={<IconLanguage size={16} style={{ opacity: code === "ru" ? 1 : 0 }} />}
          rightSection={code === currentLanguage() ? <Text c="blue">✓</Text> : null}
          onClick={() => language(code)}
        >
          {LANGUAGE_NAMES[code]}
        </Menu.Item>
      ))}
      <Menu.Divider />
      {permission === "default" ? (
        <Menu.Item leftSection={<IconBell size={16} />} onClick={() => void askForNotifications().then(() => setPermission(notificationsState()))}>
          {t("user.notifications")}
        </Menu.Item>
      ) : null}
      <Menu.Item leftSection={<IconKeyboard size={16} />} rightSection={<kbd>?</kbd>} onClick={openShortcuts}>
        {t("shortcuts.title")}
      </Menu.Item>
      <Menu.Item leftSection={<IconPhoneCalling size={16} />} component={Link} to="/profile">
        {t("user.profile")}
      </Menu.Item>
      <Menu.Item leftSection={<IconLock size={16} />} onClick={() => onPassword()}>
        {t("user.password")}
      </Menu.Item>
      <Menu.Item leftSection={<IconLogout size={16} />} onClick={logout}>
        {t("user.logout")}
      </Menu.Item>
    </>
  );
}

function SchemeLabel({ icon, text }: { icon: ReactNode; text: string }) {
  return (
    <span style={{ display: "inline-flex", alignItems: "center", gap: 5 }} title={text}>
      {icon}
      <span className="sr-only">{text}</span>
    </span>
  );
}
