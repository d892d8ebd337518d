// NetworkManager and systemd-networkd take charge of every link that appears, unless they are told otherwise.
#pragma once

namespace hanbat::host {

/// Has those that run on this machine leave alone what is called hb-*, until it starts anew or let_managers_go().
void keep_managers_off();
void let_managers_go();

}  // namespace hanbat::host
