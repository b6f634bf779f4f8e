# expect: full, person program latex
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: own cell
plt.rcParams["text.usetex"] = True
plt.plot([1, 2])
plt.title("a")
plt.savefig("a.png")
scale = 1
# --- code cell: gd_loop
def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []
    for epoch in range(n_epochs):
        loss = loss_fn(net(train_data), train_labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())
    plt.plot(train_loss)
    plt.savefig("b.png")
    assert scale == 1
    return train_loss
