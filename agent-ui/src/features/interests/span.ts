import { useTranslation } from "react-i18next";

/** Working time as minutes or hours: a working day is as long as the calendar says, so days would mislead. */
export function useWorkSpan(): (seconds: number) => string {
  const { i18n } = useTranslation();
  return (seconds) => {
    const hours = seconds / 3600;
    const [unit, value] = hours < 1 ? ["minute", Math.floor(seconds / 60)] : ["hour", hours < 10 ? Math.floor(hours * 10) / 10 : Math.floor(hours)];
    return new Intl.NumberFormat(i18n.language, { style: "unit", unit: String(unit), unitDisplay: "short", maximumFractionDigits: 1 }).format(Number(value));
  };
}
