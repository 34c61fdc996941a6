import { Component, type ErrorInfo, type ReactNode } from "react";
import { ErrorState } from "./states.tsx";

/**
 * A fault of one part shows in its place and can be tried again; the rest of the workspace (a call above all) goes on. It is forgotten
 * when another `place` is shown; unlike a key, that keeps the page that stands until the next one's code is there.
 */
export class Crash extends Component<{ place?: string; children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };
  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }
  override componentDidUpdate(before: { place?: string }): void {
    if (before.place !== this.props.place && this.state.error !== null) this.setState({ error: null });
  }
  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }
  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return <ErrorState error={this.state.error} onRetry={() => this.setState({ error: null })} />;
  }
}
