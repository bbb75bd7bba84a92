"""The whole night: what lies in the inbox is taken in, flags end, alerts are composed anew, reports are written, inputs are filed."""
