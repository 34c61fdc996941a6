import { Drawer, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { FormBody, type OpenForm } from "./FormBody.tsx";

/** A drawer from the right: what is edited, its fields, its foot. Closing forgets what was typed. */
export function FormDrawer({
  title,
  form,
  onClose,
  children,
  aside,
  wide = false,
}: {
  title: string;
  form: OpenForm;
  onClose: () => void;
  children: ReactNode;
  aside?: ReactNode;
  wide?: boolean;
}) {
  const leave = () => {
    form.discard();
    onClose();
  };
  return (
    <SideDrawer title={title} onClose={leave} wide={wide}>
      <FormBody form={form} onCancel={onClose} aside={aside}>
        {children}
      </FormBody>
    </SideDrawer>
  );
}

/** The drawer itself, for what is no form or has several. */
export function SideDrawer({ title, onClose, children, wide = false }: { title: string; onClose: () => void; children: ReactNode; wide?: boolean }) {
  const { t } = useTranslation();
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={wide ? 680 : 480}
      title={<Text fw={650}>{title}</Text>}
      closeButtonProps={{ "aria-label": t("close") }}
      padding="lg"
    >
      {children}
    </Drawer>
  );
}
