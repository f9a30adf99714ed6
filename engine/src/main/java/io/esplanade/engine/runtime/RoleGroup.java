package io.esplanade.engine.runtime;

import io.esplanade.engine.os.Agent;
import io.esplanade.engine.os.Padded;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;

/** The roles that share a thread, one after the other in each duty cycle. */
final class RoleGroup extends Padded implements Agent {

    private static final VarHandle CURRENT;

    static {
        try {
            CURRENT = MethodHandles.lookup().findVarHandle(RoleGroup.class, "current", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String name;
    private final Role[] roles;
    private int current;

    RoleGroup(String name, List<Role> roles) {
        this.name = name;
        this.roles = roles.toArray(Role[]::new);
    }

    @Override
    public String roleName() {
        return name;
    }

    List<Role> roles() {
        return List.of(roles);
    }

    /** The role at work, or at work last; any thread. */
    Role current() {
        return roles[(int) CURRENT.getOpaque(this)];
    }

    @Override
    public long idleLimit() {
        long limit = Long.MAX_VALUE;
        for (int i = 0; i < roles.length; i++) {
            limit = Math.min(limit, roles[i].idleLimit());
        }
        return limit;
    }

    @Override
    public int doWork() {
        int done = 0;
        for (int i = 0; i < roles.length; i++) {
            CURRENT.setOpaque(this, i);
            done += roles[i].doWork();
        }
        return done;
    }
}
