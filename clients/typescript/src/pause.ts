/** Waits, or rejects with the signal's reason as soon as that is aborted. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
        const leave = (): void => {
            clearTimeout(timer);
            reject(signal?.reason);
        };
        if (signal?.aborted) {
            reject(signal.reason);
            return;
        }
        const timer = setTimeout(() => {
            signal?.removeEventListener("abort", leave);
            resolve();
        }, milliseconds);
        signal?.addEventListener("abort", leave, { once: true });
    });
}
