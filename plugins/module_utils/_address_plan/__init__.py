# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The address plan of a mesh: which blocks clusters use, and which of them must not overlap. No I/O, no Ansible.

blocks.py reads the plan, rules.py judges one pair of blocks, sweep.py finds the pairs, check.py puts them together.
"""
