import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";
import i18next from "i18next";

const blue: MantineColorsTuple = ["#eef4ff", "#dbe7fe", "#bfd3fd", "#93b4fb", "#6394f8", "#3d78f2", "#2463eb", "#1d50d0", "#1e42a8", "#1e3a85"];
const gray: MantineColorsTuple = ["#f7f8fa", "#f0f2f5", "#e4e7ec", "#cfd5dd", "#98a2b1", "#667085", "#4a5567", "#344054", "#1f2937", "#111827"];
const dark: MantineColorsTuple = ["#e4e8ee", "#c1c8d3", "#9aa5b5", "#7b8798", "#38424f", "#2a323d", "#20272f", "#181d24", "#12161b", "#0c0f13"];

// Colours with one meaning each, dark enough at the end for text on their own light ground (AA).
const green: MantineColorsTuple = ["#e9f8ef", "#d3f1de", "#a9e2bf", "#7cd29d", "#55c281", "#35ad67", "#1f8a4c", "#17743f", "#125f33", "#0e4f2a"];
const yellow: MantineColorsTuple = ["#fff7e4", "#ffedc7", "#fbd98e", "#f6c353", "#eeae27", "#cf9010", "#a86f00", "#8f5c00", "#754a00", "#613d00"];
const red: MantineColorsTuple = ["#fdeeee", "#fbdcdc", "#f5b5b6", "#ee8b8d", "#e6666a", "#dc454a", "#c8262e", "#ac1d25", "#8f171e", "#7a1219"];

/** Calm and dense: small steps of type, one accent, little rounding. Sizes are for eight hours on a 1366x768 screen. */
export const theme = createTheme({
  primaryColor: "blue",
  primaryShade: { light: 6, dark: 6 },
  colors: { blue, green, yellow, red, gray, dark },
  fontFamily: "'Inter Variable', 'Segoe UI', Roboto, 'Noto Sans', system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'Cascadia Mono', 'SF Mono', Menlo, 'DejaVu Sans Mono', monospace",
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.25rem" },
  lineHeights: { xs: "1.35", sm: "1.4", md: "1.45", lg: "1.5", xl: "1.4" },
  spacing: { xs: "0.375rem", sm: "0.625rem", md: "0.875rem", lg: "1.25rem", xl: "1.75rem" },
  headings: {
    fontWeight: "650",
    sizes: {
      h1: { fontSize: "1.5rem", lineHeight: "1.25" },
      h2: { fontSize: "1.1875rem", lineHeight: "1.3" },
      h3: { fontSize: "1rem", lineHeight: "1.35" },
      h4: { fontSize: "0.875rem", lineHeight: "1.4" },
    },
  },
  defaultRadius: "sm",
  radius: { xs: "4px", sm: "7px", md: "10px", lg: "14px", xl: "20px" },
  cursorType: "pointer",
  // Plain objects: naming the components themselves would load them all with the first screen.
  components: {
    Button: { defaultProps: { size: "sm" }, styles: { label: { fontWeight: 550 } } },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray", size: "lg" } },
    TextInput: { defaultProps: { size: "sm" } },
    PasswordInput: { defaultProps: { size: "sm" } },
    NumberInput: { defaultProps: { size: "sm" } },
    Textarea: { defaultProps: { size: "sm" } },
    Select: { defaultProps: { size: "sm", allowDeselect: false } },
    Avatar: { defaultProps: { variant: "light", allowedInitialsColors: ["blue", "indigo", "violet", "grape", "pink"] } },
    Table: { defaultProps: { horizontalSpacing: "md" } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true, fz: "xs" } },
    // Opening goes to the first item; the placeholder for it would be a child that a menu may not have.
    Menu: { defaultProps: { shadow: "md", radius: "md", withinPortal: true, withInitialFocusPlaceholder: false } },
    // Asked for each time it is drawn: the language may have changed.
    Notification: {
      defaultProps: {
        closeButtonProps: {
          get "aria-label"() {
            return i18next.t("close");
          },
        },
      },
    },
    Modal: { defaultProps: { centered: true, radius: "md", overlayProps: { backgroundOpacity: 0.35, blur: 2 } } },
  },
});

/** Colour carries one meaning: red = waits too long or lost, amber = soon, green = ready, blue = mine. All pairs are AA on their surfaces. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: { "--k-rail-width": "86px", "--k-bar-height": "52px" },
  light: {
    "--mantine-color-body": "#ffffff",
    "--mantine-color-dimmed": "#5b6678",
    "--mantine-color-placeholder": "#667085",
    "--k-canvas": "#f3f5f8",
    "--k-surface": "#ffffff",
    "--k-raised": "#ffffff",
    "--k-line": "#e4e7ec",
    "--k-line-strong": "#cfd5dd",
    "--k-hover": "#f3f5f8",
    "--k-selected": "#e9f0fe",
    "--k-mine": "#e3edff",
    "--k-text": "#1a2130",
    "--k-dim": "#5b6678",
    "--k-rail": "#151b26",
    "--k-rail-text": "#b5bfce",
    "--k-rail-active": "#283244",
    "--k-red": "#c0222b",
    "--k-red-soft": "#fdecec",
    "--k-amber": "#8f5200",
    "--k-amber-soft": "#fff3dc",
    "--k-green": "#13713a",
    "--k-green-soft": "#e5f6eb",
    "--k-blue": "#1d50d0",
    "--k-blue-soft": "#e9f0fe",
    "--k-note": "#fff8e6",
    "--k-note-line": "#f2dfae",
  },
  dark: {
    "--mantine-color-body": "#181d24",
    "--mantine-color-dimmed": "#9aa5b5",
    "--mantine-color-placeholder": "#8b96a6",
    // The library's own is a red for light ground: faults of fields could hardly be read.
    "--mantine-color-error": "#ff9a96",
    "--k-canvas": "#12161b",
    "--k-surface": "#181d24",
    "--k-raised": "#20272f",
    "--k-line": "#2a323d",
    "--k-line-strong": "#38424f",
    "--k-hover": "#20272f",
    "--k-selected": "#1f2d47",
    "--k-mine": "#1e3458",
    "--k-text": "#e4e8ee",
    "--k-dim": "#9aa5b5",
    "--k-rail": "#0c0f13",
    "--k-rail-text": "#9aa5b5",
    "--k-rail-active": "#20272f",
    "--k-red": "#ff9a96",
    "--k-red-soft": "#3f2023",
    "--k-amber": "#f6bd5c",
    "--k-amber-soft": "#3b2c12",
    "--k-green": "#68d391",
    "--k-green-soft": "#16331f",
    "--k-blue": "#8fb5ff",
    "--k-blue-soft": "#1f2d47",
    "--k-note": "#2f2a1b",
    "--k-note-line": "#51452a",
  },
});
