package io.esplanade.engine.control.routing;

/** Who wants to know how the devices are that ports are on. */
@FunctionalInterface
public interface LinkWatch {

    /**
     * A port's device has changed.
     *
     * @param up whether it can carry packets: false also when it is gone
     * @param mtu of the device, bytes; 0 when it is gone
     */
    void linkChanged(String port, boolean up, int mtu);
}
