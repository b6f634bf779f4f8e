# expect: gd_loop 0, person newer Python, told newer Python; until graders run 3.12
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: gd_loop
d = {"a": 1}
print(f"{d["a"]}")


def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []
    for epoch in range(n_epochs):
        loss = loss_fn(net(train_data), train_labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())
    return train_loss
